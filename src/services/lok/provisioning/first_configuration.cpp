#include "services/lok/provisioning/first_configuration.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/random.h"
#include "base/yaml_text.h"
#include "jose/jose.h"
#include "net/fetch_url.h"

namespace lok {
namespace {

using base::Json;

constexpr std::size_t kPasswordLength = 40;

// Lower case letters and digits can be typed everywhere and need no quoting.
std::string make_password() {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  constexpr unsigned kFair = 256 - 256 % kAlphabet.size();
  std::string password;
  while (password.size() < kPasswordLength) {
    for (const char byte : base::random_bytes(kPasswordLength)) {
      const auto value = static_cast<unsigned char>(byte);
      if (value < kFair && password.size() < kPasswordLength) password += kAlphabet[value % kAlphabet.size()];
    }
  }
  return password;
}

Json relative_alias(Json port, Json path) {
  return Json::object({{"id", "gateway"},
                       {"name", "Follows the address of the request"},
                       {"host", ""},
                       {"port", std::move(port)},
                       {"path", std::move(path)},
                       {"ssl", false},
                       {"challenge", "ht"},
                       {"kind", "relative"},
                       {"public", false}});
}

std::string capitalised(std::string name) {
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

Json instance(const FirstOptions& options, const service::Description& service, Json alias) {
  Json scopes = Json::array();
  for (const Described& scope : service.scopes) {
    scopes.push_back(Json::object({{"key", scope.key}, {"description", scope.description}}));
  }
  Json manifest = Json::object({{"identifier", service.identifier()},
                                {"version", ARKITEKTD_VERSION},
                                {"instance_id", "default"},
                                {"roles", Json::array()},
                                {"scopes", std::move(scopes)}});
  if (const auto key = options.instance_keys.find(service.name); key != options.instance_keys.end()) {
    manifest.set("challenge_key", jose::base64_encode(key->second.raw_public()));
  }
  return Json::object({{"identifier", capitalised(service.name)},
                       {"name", capitalised(service.name)},
                       {"description", service.summary},
                       {"manifest", std::move(manifest)},
                       {"aliases", Json::array({std::move(alias)})}});
}

/// Throws base::Error(kValidation) if it is no URL.
Json absolute_alias(const std::string& health) {
  const net::FetchUrl url = net::parse_fetch_url(health);
  return Json::object({{"id", "object-store"},
                       {"name", "As clients reach it"},
                       {"host", url.host},
                       {"port", base::Json::parse(url.port)},
                       {"path", Json()},
                       {"ssl", url.tls},
                       {"challenge", url.target.substr(1)},
                       {"kind", "absolute"},
                       {"public", false}});
}

Json object_store_alias(const FirstOptions& options) {
  if (!options.object_store_health.empty()) return absolute_alias(options.object_store_health);
  return relative_alias(options.object_store_port, Json());
}

Json hub(const FirstOptions& options) {
  Json instances = Json::array();
  for (const service::Description& service : options.services) {
    instances.push_back(instance(options, service, relative_alias(Json(), service.name)));
  }
  instances.push_back(instance(options, {.name = "s3", .summary = "Objects"}, object_store_alias(options)));
  return Json::object({{"uid", base::uuid4()},
                       {"identifier", options.hub},
                       {"description", "The services of this installation"},
                       {"instances", std::move(instances)},
                       {"clients", Json::array()},
                       {"request_auth_key", false}});
}

Json mandate_keys(const FirstOptions& options) {
  Json keys = Json::array();
  for (std::size_t i = 1; i <= options.mandate_keys; ++i) {
    keys.push_back(Json::object({{"name", fmt::format("key-{:02}", i)},
                                 {"key", base::random_token()},
                                 {"user", options.user},
                                 {"organization", options.organization},
                                 {"hub", options.hub}}));
  }
  return keys;
}

}  // namespace

std::string make_first_configuration(const FirstOptions& options) {
  const Json admin = Json::object({{"username", "admin"}, {"password", make_password()}, {"email", Json()}});
  Json document = Json::object({
      {"deployment", Json::object({{"name", options.deployment}})},
      {"django", Json::object({{"admin", admin},
                               {"secret_key", base::random_token(48)},
                               {"force_script_name", "lok"},
                               {"allow_insecure_transport", options.allow_insecure_transport},
                               {"trusted_proxy_depth", options.trusted_proxies}})},
      {"oidc_issuer", "lok"},
      {"lok", Json::object({{"key_id", "lok-key-1"}})},
      {"private_key", jose::Key::generate_rsa2048("lok-key-1").private_pem()},
      {"users", Json::array({Json::object({{"username", options.user}, {"password", make_password()}})})},
      {"organizations", Json::array({Json::object({{"name", options.organization},
                                                   {"identifier", options.organization},
                                                   {"owner", options.user},
                                                   {"auto_configure", true}})})},
      {"memberships", Json::array({Json::object({{"user", options.user},
                                                 {"organization", options.organization},
                                                 {"roles", Json::array({"admin"})}}),
                                   Json::object({{"user", "admin"},
                                                 {"organization", options.organization},
                                                 {"roles", Json::array({"admin"})}})})},
      {"kommunity_partners", Json::array({Json::object({{"identifier", "arkitektd"},
                                                        {"name", "This hub"},
                                                        {"partner_kind", "preauthorized"},
                                                        {"auto_configure", true},
                                                        {"preconfigured_hub", hub(options)}})})},
      {"mandate_keys", mandate_keys(options)},
  });
  if (!options.database_uri.empty()) {
    document.set("database", Json::object({{"uri", options.database_uri}, {"schema", "lok"}}));
  }
  if (!options.datalayer.is_null()) document.set("datalayer", options.datalayer);
  if (const auto key = options.instance_keys.find("lok"); key != options.instance_keys.end()) {
    document.set("instance", Json::object({{"private_key", key->second.private_pem()}}));
  }
  return "# Written by the first start. A key of `mandate_keys` serves one app; add more as needed.\n" +
         base::yaml_text(document);
}

void follow_services(Configuration& configuration, const std::vector<service::Description>& services) {
  for (HubSettings& each : configuration.hubs) {
    for (const service::Description& service : services) {
      const auto is_it = [&](const InstanceSettings& known) { return known.service == service.identifier(); };
      if (std::ranges::any_of(each.instances, is_it)) continue;
      InstanceSettings added;
      added.instance_id = service.name;
      added.service = service.identifier();
      added.version = ARKITEKTD_VERSION;
      added.name = capitalised(service.name);
      added.description = service.summary;
      added.scopes = service.scopes;
      AliasSettings gateway;
      gateway.id = "gateway";
      gateway.kind = "relative";
      gateway.path = service.name;
      added.aliases.push_back(std::move(gateway));
      each.instances.push_back(std::move(added));
    }
  }
}

void follow_object_store(Configuration& configuration, std::uint16_t port) {
  for (HubSettings& each : configuration.hubs) {
    for (InstanceSettings& settings : each.instances) {
      if (settings.service != "live.arkitekt.s3") continue;
      for (AliasSettings& alias : settings.aliases) {
        if (!alias.host && alias.port) alias.port = port;
      }
    }
  }
}

namespace {

// The address of a relative alias behind this gateway.
std::string address(const AliasSettings& alias, const std::string& gateway) {
  std::string base = gateway;
  if (alias.host) {
    base = fmt::format("{}://{}", alias.ssl ? "https" : "http", *alias.host);
    if (alias.port) base += fmt::format(":{}", *alias.port);
  } else if (alias.port) {
    const std::size_t colon = gateway.rfind(':');
    const bool has_port = colon > gateway.find("://") && gateway.find(']', colon) == std::string::npos;
    base = fmt::format("{}:{}", has_port ? gateway.substr(0, colon) : gateway, *alias.port);
  }
  return alias.path ? base + "/" + *alias.path : base;
}

Json services(const HubSettings& hub, const std::string& gateway) {
  Json all = Json::object();
  for (const InstanceSettings& settings : hub.instances) {
    if (settings.aliases.empty()) continue;
    const AliasSettings& alias = settings.aliases.front();
    const std::string url = address(alias, gateway);
    all.set(settings.instance_id,
            Json::object({{"identifier", settings.service},
                          {"url", url},
                          {"health_url", url + "/" + alias.challenge + "?format=json"}}));
  }
  return all;
}

Json credentials(const Account& account) {
  return Json::object({{"username", account.username}, {"password", account.password}});
}

}  // namespace

Json access_document(const Configuration& configuration, const std::string& gateway) {
  const HubSettings none;
  const HubSettings& first = configuration.hubs.empty() ? none : configuration.hubs.front();
  Json admin;
  Json users = Json::array();
  for (const Account& account : configuration.users) {
    if (account.superuser && admin.is_null()) {
      admin = credentials(account);
    } else {
      users.push_back(credentials(account));
    }
  }
  Json keys = Json::array();
  for (const MandateKeySettings& key : configuration.mandate_keys) keys.push_back(key.key);
  return Json::object({{"version", 1},
                       {"hub", first.identifier},
                       {"organization", first.organization},
                       {"issuer", configuration.issuer},
                       {"gateway_url", gateway},
                       {"fakts_url", gateway},
                       {"admin", std::move(admin)},
                       {"users", std::move(users)},
                       {"mandate_keys", std::move(keys)},
                       {"services", services(first, gateway)}});
}

}  // namespace lok
