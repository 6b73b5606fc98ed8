#include "services/rekuest/provenance.h"

#include "services/rekuest/arguments.h"

namespace rekuest {

using base::Json;

Json provenance_payload(const ProvenanceClaims& claims) {
  Json audience = Json::array();
  for (const std::string& service : claims.audience) audience.push_back(service);
  Json actor = Json::object({{"sub", claims.agent_user}, {"cid", claims.agent_client}});
  if (claims.agent_issuer) actor.set("iss", *claims.agent_issuer);
  return Json::object({
      {"iss", claims.issuer},
      {"aud", std::move(audience)},
      {"sub", claims.requester},
      {"act", std::move(actor)},
      {"iat", claims.issued_at},
      {"exp", claims.issued_at + claims.lifetime},
      {"jti", claims.token_id},
      {"tsk", claims.task},
      {"ptk", claims.parent ? Json(*claims.parent) : Json()},
      {"rtk", claims.root},
      {"rcb", claims.person},
      {"ahs", claims.arguments_hash},
      {"aha", kArgumentsHashAlgorithm},
  });
}

std::string sign_provenance(const jose::Key& key, const ProvenanceClaims& claims) {
  const Json header = Json::object({{"typ", "JWT"}, {"alg", kProvenanceAlgorithm}, {"kid", key.kid()}});
  return jose::sign_compact(key, kProvenanceAlgorithm, header, provenance_payload(claims));
}

Json provenance_key_set(const jose::Key& key) {
  return Json::object({{"keys", Json::array({key.public_jwk(kProvenanceAlgorithm)})}});
}

}  // namespace rekuest
