#include "platform/render.h"

#include <filesystem>

#include "base/config.h"
#include "base/error.h"
#include "base/yaml_text.h"
#include "jose/jose.h"
#include "platform/serve_settings.h"
#include "service/private_key.h"
#include "services/mikro/description.h"
#include "services/rekuest/description.h"

namespace platform {
namespace {

using base::Config;
using base::Json;

constexpr std::int64_t kVersion = 1;

std::string needed(const Config& facts, std::string_view key) {
  const std::optional<std::string> value = facts.text(key);
  if (!value || value->empty()) facts.fail(key, "must be given");
  return *value;
}

/// As it stands there, for the service's own reader to judge.
Json needed_json(const Config& facts, std::string_view key) {
  if (!facts.has(key)) facts.fail(key, "must be given");
  return facts.json(key);
}

Json authentikate(const Config& facts, const service::Description& service) {
  Json block = Json::object({{"audience", needed(facts, "hub.auth.audience")},
                             {"hub", facts.json("hub.auth.hub")},
                             {"issuers", needed_json(facts, "hub.auth.issuers")},
                             {"static_tokens", facts.json("hub.auth.static_tokens")}});
  if (facts.has("hub.auth.allowed_organizations")) {
    block.set("allowed_organizations", facts.json("hub.auth.allowed_organizations"));
  }
  // Of no use to Rekuest, which only makes these tokens.
  const bool is_their_issuer = service.name == rekuest::description().name;
  if (!is_their_issuer && facts.has("hub.auth.provenance")) {
    block.set("provenance", facts.json("hub.auth.provenance"));
  }
  return block;
}

Json database(const Config& facts) {
  return Json::object({{"host", needed(facts, "databases.main.host")},
                       {"port", facts.integer("databases.main.port", 5432)},
                       {"name", needed(facts, "databases.main.name")},
                       {"username", needed(facts, "databases.main.username")},
                       {"password", needed(facts, "databases.main.password")}});
}

std::string thumbprint(const Config& facts, const std::string& pem) {
  const std::optional<jose::Key> key = service::ed25519_from_pem(pem, "instance");
  if (!key) facts.fail("instance.private_key", "must be a private Ed25519 key in PEM");
  return jose::thumbprint(key->public_jwk("Ed25519"));
}

// The instance's key is the one that the other services of the hub were told to trust, under this id.
Json provenance(const Config& facts, const std::string& key) {
  return Json::object({{"issuer", facts.text("me.settings.provenance_issuer", "rekuest")},
                       {"key_id", thumbprint(facts, key)},
                       {"private_key", key}});
}

// Most deployments override nothing; a file that was named is there.
std::string overlay(const RenderFiles& files) {
  const bool optional = files.overrides == RenderFiles().overrides;
  return optional && !std::filesystem::exists(files.overrides) ? "" : files.overrides;
}

void check(const Config& facts, const service::Description& service) {
  if (facts.integer("facts", 0) != kVersion) {
    facts.fail("facts",
               fmt::format("must be {}: this program knows no other version of the facts", kVersion));
  }
  if (needed(facts, "me.name") != service.name) {
    facts.fail("me.name", fmt::format("is another service's: these are not the facts for {}", service.name));
  }
}

Json document(const Config& facts, const service::Description& service) {
  const std::string key = needed(facts, "instance.private_key");
  Json document = Json::object({{"path", needed(facts, "me.path")},
                                {"debug", facts.flag("me.debug", false)},
                                {"database", database(facts)},
                                {"authentikate", authentikate(facts, service)},
                                {"instance", Json::object({{"private_key", key}})}});
  if (service.name == rekuest::description().name) document.set("provenance", provenance(facts, key));
  if (!service.buckets.empty()) document.set("storage", needed_json(facts, "storage"));
  return document;
}

// Read as `serve` would.
void check_rendered(const Config& rendered, const service::Description& service) {
  if (service.name == mikro::description().name) return check_mikro_settings(rendered);
  check_rekuest_settings(rendered);
}

}  // namespace

std::string render(const service::Description& service, const RenderFiles& files) {
  if (!service.is_rendered) {
    throw base::Error(base::code::kValidation,
                      "The deployment tool writes {}'s configuration itself: there is nothing to render.",
                      service.name);
  }
  const Config facts = Config::load({.file = files.facts, .text = {}, .environment = {}, .flags = {}},
                                    Config::Unknown::kRefuse);
  check(facts, service);
  const Config rendered = Config::load({.file = "rendered from " + files.facts,
                                        .text = base::yaml_text(document(facts, service)),
                                        .environment = {},
                                        .flags = {},
                                        .overlay = overlay(files)},
                                       Config::Unknown::kRefuse);
  check_rendered(rendered, service);
  return fmt::format("# Rendered from the facts of the deployment; `arkitektd serve {}` reads it.\n{}",
                     service.name, base::yaml_text(rendered.json()));
}

}  // namespace platform
