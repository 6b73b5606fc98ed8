#include "services/lok/login/envelope.h"

#include "sql/nullable.h"

namespace lok {
namespace {

using base::Json;
using sql::json_or_null;

Json reach_of_relative(const Alias& alias, const Origin& origin) {
  if (is_loopback(origin.host)) return "loopback";
  return alias.reach == "loopback" ? Json() : json_or_null(alias.reach);
}

Json render(const Alias& alias, const Origin& origin) {
  const bool relative = !alias.host;
  return Json::object({
      {"id", std::to_string(alias.id)},
      {"host", relative ? origin.host : *alias.host},
      {"port", relative && !alias.port ? Json(origin.port) : json_or_null(alias.port)},
      {"ssl", relative ? origin.ssl : alias.ssl},
      {"path", json_or_null(alias.path)},
      {"challenge", alias.challenge},
      {"kind", relative ? "absolute" : alias.kind},
      {"reach", relative ? reach_of_relative(alias, origin) : json_or_null(alias.reach)},
      {"public", alias.is_public},
  });
}

Json render(const Instance& instance, const Envelope& envelope, const Origin& origin) {
  Json aliases = Json::array();
  for (const Alias& alias : instance.aliases) aliases.push_back(render(alias, origin));
  Json key;
  if (instance.challenge_key) key = Json::object({{"kind", "ed25519"}, {"key", *instance.challenge_key}});
  Json tls;
  if (envelope.tls_certificate) {
    tls = Json::object({{"certificates", Json::array({*envelope.tls_certificate})}});
  }
  return Json::object({{"service", instance.service},
                       {"identifier", instance.identifier},
                       {"aliases", std::move(aliases)},
                       {"challenge_key", std::move(key)},
                       {"tls", std::move(tls)}});
}

Json render_self(const Envelope& envelope, const Origin& origin) {
  Json alias = Json::object({
      {"id", "self"},
      {"host", origin.host},
      {"port", origin.port},
      {"ssl", origin.ssl},
      {"path", envelope.prefix.empty() ? Json() : Json(envelope.prefix)},
      {"challenge", "ht"},
      {"kind", "absolute"},
      {"reach", is_loopback(origin.host) ? Json("loopback") : Json()},
      {"public", false},
  });
  return Json::object({{"deployment_name", envelope.deployment_name},
                       {"alias", std::move(alias)},
                       {"sub", envelope.user},
                       {"organization", envelope.organization},
                       {"hub", envelope.hub}});
}

}  // namespace

void add_envelope(Json& answer, const Envelope& envelope, const Origin& origin) {
  Json instances = Json::object();
  for (const Composition::Filled& filled : envelope.composition.filled) {
    instances.set(filled.key, render(envelope.composition.instances[filled.instance], envelope, origin));
  }
  answer.set("self", render_self(envelope, origin));
  answer.set("instances", std::move(instances));
  answer.set("statuses", envelope.composition.statuses());
}

}  // namespace lok
