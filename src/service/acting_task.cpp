#include "service/acting_task.h"

#include <algorithm>
#include <cmath>

#include "jose/jose.h"
#include "net/ascii.h"
#include "service/auth_errors.h"

namespace service {
namespace {

using base::Json;

std::string text(const Json& object, std::string_view claim) {
  const Json& value = object[claim];
  if (!value.is_string() || value.as_string().empty()) throw refusal(Refusal::kProvenanceMalformed);
  return value.as_string();
}

bool names(const Json& audience, const std::string& service) {
  if (service == "*") return true;
  const Json::Array list = audience.is_array() ? audience.items() : Json::Array{audience};
  return std::any_of(list.begin(), list.end(), [&](const Json& one) { return one == Json(service); });
}

jose::Jws parse(std::string_view token) {
  try {
    return jose::Jws::parse(token);
  } catch (const base::Error&) {
    throw refusal(Refusal::kProvenanceMalformed);
  }
}

// The holder is who the task was given to, and nobody else may say that it acts in it.
void check_actor(const Json& actor, const Claims& caller) {
  const bool is_caller = actor["sub"] == Json(caller.sub) && actor["cid"] == Json(caller.client_id) &&
                         (actor["iss"].is_null() || actor["iss"] == Json(caller.iss));
  if (!is_caller) throw refusal(Refusal::kProvenanceActorMismatch);
}

}  // namespace

struct TaskVerifier::Issuer {
  Issuer(const IssuerConfig& config, const Fetch& fetch, const Clock& clock)
      : iss(config.iss), keys(config, fetch, clock) {}
  const std::string iss;
  IssuerKeys keys;
};

TaskVerifier::TaskVerifier(ProvenanceConfig config, Fetch fetch, Clock clock)
    : config_(std::move(config)), clock_(std::move(clock)) {
  for (const IssuerConfig& issuer : config_.issuers) {
    issuers_.push_back(std::make_unique<Issuer>(issuer, fetch, clock_));
  }
}

TaskVerifier::~TaskVerifier() = default;

std::optional<std::string> TaskVerifier::token_in(const net::Headers& headers) const {
  for (const std::string& name : config_.headers) {
    const std::string_view value = headers.get(name).value_or("");
    if (!value.empty()) return std::string(value);
  }
  return std::nullopt;
}

std::optional<std::string> TaskVerifier::token_in(const Json& init_payload) const {
  if (!init_payload.is_object()) return std::nullopt;
  for (const auto& [member, value] : init_payload.members()) {
    const bool is_one =
        std::any_of(config_.headers.begin(), config_.headers.end(),
                    [&](const std::string& name) { return net::equals_ignoring_case(name, member); });
    if (is_one && value.is_string() && !value.as_string().empty()) return value.as_string();
  }
  return std::nullopt;
}

ActingTask TaskVerifier::verify(std::string_view token, const Claims& caller) const {
  const jose::Jws jws = parse(token);
  ActingTask task;
  task.issuer = text(jws.payload, "iss");
  const std::string kid = text(jws.header, "kid");
  const std::string algorithm = text(jws.header, "alg");
  const auto issuer = std::find_if(issuers_.begin(), issuers_.end(),
                                   [&](const auto& one) { return one->iss == task.issuer; });
  const bool is_known =
      issuer != issuers_.end() &&
      std::find(config_.algorithms.begin(), config_.algorithms.end(), algorithm) != config_.algorithms.end();
  if (!is_known) throw refusal(Refusal::kProvenanceInvalid);
  const std::optional<jose::Key> key = (*issuer)->keys.find(kid);
  if (!key || !key->verify(algorithm, jws.signing_input, jws.signature))
    throw refusal(Refusal::kProvenanceInvalid);
  const std::optional<double> expires = jws.payload["exp"].as_double();
  if (!expires || !std::isfinite(*expires)) throw refusal(Refusal::kProvenanceMalformed);
  if (*expires * 1e6 <= static_cast<double>(clock_())) throw refusal(Refusal::kProvenanceInvalid);
  if (!names(jws.payload["aud"], config_.audience)) throw refusal(Refusal::kProvenanceAudienceMismatch);
  const Json& actor = jws.payload["act"];
  check_actor(actor, caller);

  task.token_id = text(jws.payload, "jti");
  task.task = text(jws.payload, "tsk");
  if (const Json& parent = jws.payload["ptk"]; !parent.is_null()) task.parent = text(jws.payload, "ptk");
  task.root = text(jws.payload, "rtk");
  task.caller_sub = text(jws.payload, "sub");
  task.assigner_sub = text(jws.payload, "rcb");
  task.agent_sub = text(actor, "sub");
  task.agent_client = text(actor, "cid");
  task.arguments_hash = text(jws.payload, "ahs");
  task.arguments_hash_algorithm = text(jws.payload, "aha");
  return task;
}

}  // namespace service
