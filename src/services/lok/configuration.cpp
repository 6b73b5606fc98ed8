#include "services/lok/configuration.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "services/lok/openid/redirect_uri.h"

namespace lok {
namespace {

constexpr std::int64_t kMostProxies = 16;
using base::Config;

std::string required(const Config& config, std::string_view key) {
  const std::optional<std::string> value = config.text(key);
  if (!value || value->empty()) config.fail(key, "must be given");
  return *value;
}

std::string required_secret(const Config& config, std::string_view key) {
  const std::optional<std::string> value = config.secret(key);
  if (!value || value->empty()) config.fail(key, "must be given");
  return *value;
}

std::optional<std::string> not_empty(std::optional<std::string> text) {
  return text && !text->empty() ? std::move(text) : std::nullopt;
}

template <std::size_t N>
void check_one_of(const Config& config, std::string_view key, std::string_view value,
                  const std::array<std::string_view, N>& allowed) {
  if (std::ranges::find(allowed, value) == allowed.end()) {
    config.fail(key, fmt::format("must be one of {}", fmt::join(allowed, ", ")));
  }
}

AliasSettings read_alias(const Config& config, std::size_t position) {
  static constexpr std::array<std::string_view, 4> kKinds{"absolute", "relative", "docker", "mesh"};
  // A client refuses the whole login over any other word.
  static constexpr std::array<std::string_view, 5> kReaches{"loopback", "internal", "lan", "mesh", "public"};
  AliasSettings alias;
  alias.id = config.text("id", fmt::format("alias-{}", position));
  alias.kind = config.text("kind", "absolute");
  check_one_of(config, "kind", alias.kind, kKinds);
  if (alias.kind != "relative") alias.host = not_empty(config.text("host"));
  if (!alias.host) alias.kind = "relative";
  alias.port = config.integer("port");
  alias.path = not_empty(config.text("path"));
  alias.ssl = config.flag("ssl", false);
  alias.challenge = config.text("challenge", "ht");
  alias.reach = not_empty(config.text("reach"));
  if (alias.reach) check_one_of(config, "reach", *alias.reach, kReaches);
  alias.is_public = config.flag("public", false);
  for (const char* shown_elsewhere : {"name", "scope", "host"}) config.ignore(shown_elsewhere);
  return alias;
}

std::vector<Described> read_described(const Config& config, std::string_view key) {
  std::vector<Described> list;
  for (const Config& entry : config.list(key)) {
    list.push_back({required(entry, "key"), entry.text("description", "")});
  }
  return list;
}

std::optional<std::string> read_challenge_key(const Config& manifest) {
  if (!manifest.has("challenge_key")) return std::nullopt;
  return manifest.text("challenge_key");
}

// The hub manifest has the service's facts one level down; our own short form
// has them beside the aliases.
InstanceSettings read_instance(const Config& config) {
  const bool nested = config.has("manifest");
  const Config manifest = nested ? config.section("manifest") : config;
  InstanceSettings instance;
  instance.service = nested ? required(manifest, "identifier") : required(config, "service");
  instance.version = manifest.text("version", "1");
  instance.name = config.text("name", config.text("identifier", instance.service));
  instance.description = config.text("description", manifest.text("description", ""));
  instance.challenge_key = read_challenge_key(manifest);
  instance.roles = read_described(manifest, "roles");
  instance.scopes = read_described(manifest, "scopes");
  // Every instance of a hub is called `default` there; what tells them apart,
  // and what services check as audience, is their name in lower case.
  instance.instance_id = manifest.text("instance_id", "default");
  if (instance.instance_id == "default")
    instance.instance_id = base::fold_case(required(config, "identifier"));
  const std::vector<Config> aliases = config.list("aliases");
  for (std::size_t i = 0; i < aliases.size(); ++i) instance.aliases.push_back(read_alias(aliases[i], i));
  for (const char* unused : {"logo", "node_id", "public_sources", "description"}) manifest.ignore(unused);
  return instance;
}

DeclaredClient read_declared_client(const Config& config) {
  DeclaredClient client;
  client.name = required(config, "identifier");
  client.app = config.text("manifest.identifier", client.name);
  client.key = config.secret("mandate_key").value_or("");
  config.ignore("manifest");
  config.ignore("description");
  return client;
}

HubSettings read_hub(const Config& config) {
  HubSettings hub;
  hub.uid = config.text("uid", "");
  hub.identifier = required(config, "identifier");
  hub.organization = config.text("organization", "");
  hub.description = config.text("description", "");
  hub.tls_certificate = not_empty(config.text("tls_certificate"));
  for (const Config& instance : config.list("instances")) hub.instances.push_back(read_instance(instance));
  for (const Config& client : config.list("clients")) hub.clients.push_back(read_declared_client(client));
  for (const char* unused : {"logo", "request_auth_key"}) config.ignore(unused);
  return hub;
}

// Whoever the administrator and a user are to be is listed twice, and still is one account.
void add_account(Account account, Configuration& out) {
  const auto known = std::ranges::find(out.users, account.username, &Account::username);
  if (known == out.users.end()) {
    out.users.push_back(std::move(account));
    return;
  }
  known->password = std::move(account.password);
  if (!account.email.empty()) known->email = std::move(account.email);
  known->superuser = known->superuser || account.superuser;
}

void read_users(const Config& config, Configuration& out) {
  if (config.has("django.admin")) {
    const Config admin = config.section("django.admin");
    add_account(
        {required(admin, "username"), required_secret(admin, "password"), admin.text("email", ""), true},
        out);
  }
  for (const Config& user : config.list("users")) {
    add_account({required(user, "username"), required_secret(user, "password"), user.text("email", ""),
                 user.flag("is_superuser", false)},
                out);
  }
}

// A partner that configures itself puts its hub into every organization that
// wants that. A uid names one hub, so only the first gets the configured one.
void add_partner_hubs(const HubSettings& hub, const std::vector<std::string>& organizations,
                      Configuration& out) {
  for (std::size_t i = 0; i < organizations.size(); ++i) {
    HubSettings copy = hub;
    copy.organization = organizations[i];
    if (i > 0) copy.uid.clear();
    out.hubs.push_back(std::move(copy));
  }
}

void read_hubs(const Config& config, const std::vector<std::string>& auto_configured, Configuration& out) {
  for (const Config& partner : config.list("kommunity_partners")) {
    const bool automatic = partner.flag("auto_configure", false);
    for (const char* unused : {"identifier", "name", "partner_kind", "description", "website_url"}) {
      partner.ignore(unused);
    }
    if (!partner.has("preconfigured_hub")) continue;
    const HubSettings hub = read_hub(partner.section("preconfigured_hub"));
    if (automatic) add_partner_hubs(hub, auto_configured, out);
  }
  for (const Config& entry : config.list("hubs")) {
    required(entry, "organization");
    out.hubs.push_back(read_hub(entry));
  }
}

void read_mandate_keys(const Config& config, Configuration& out) {
  for (const Config& entry : config.list("mandate_keys")) {
    MandateKeySettings key;
    key.key = required_secret(entry, "key");
    key.name = entry.text("name", "");
    key.user = required(entry, "user");
    key.organization = required(entry, "organization");
    key.hub = required(entry, "hub");
    key.any_app = entry.flag("any_app", false);
    if (out.hub(key.organization, key.hub) == nullptr) {
      entry.fail("hub", fmt::format("names no hub of the organization '{}'", key.organization));
    }
    out.mandate_keys.push_back(std::move(key));
  }
}

std::vector<std::string> read_redirect_uris(const Config& config, std::string_view key) {
  std::vector<std::string> uris = config.texts(key);
  for (const std::string& uri : uris) {
    if (const std::string problem = redirect_uri_problem(uri); !problem.empty()) config.fail(key, problem);
  }
  return uris;
}

void read_relying_parties(const Config& config, Configuration& out) {
  std::set<std::string> ids;
  for (const Config& entry : config.list("openid_apps")) {
    RelyingPartySettings party;
    party.client_id = required(entry, "client_id");
    if (!may_be_client_id(party.client_id)) {
      entry.fail("client_id", "must be at most 255 letters, digits and any of -._~");
    }
    if (!ids.insert(party.client_id).second) entry.fail("client_id", "is listed twice");
    party.name = entry.text("client_name", party.client_id);
    party.secret = not_empty(entry.secret("client_secret"));
    party.redirect_uris = read_redirect_uris(entry, "redirect_uris");
    if (party.redirect_uris.empty()) entry.fail("redirect_uris", "must list where people go on");
    party.post_logout_redirect_uris = read_redirect_uris(entry, "post_logout_redirect_uris");
    party.organization = entry.text("organization", "");
    out.relying_parties.push_back(std::move(party));
  }
}

void read_postgres(const Config& config, Configuration& out) {
  config.ignore("postgres.engine");
  if (!config.has("postgres.host")) return;
  PostgresSettings postgres;
  postgres.host = required(config, "postgres.host");
  postgres.port = config.integer("postgres.port", 5432);
  postgres.database = required(config, "postgres.db_name");
  postgres.username = config.text("postgres.username", "");
  postgres.password = config.secret("postgres.password").value_or("");
  out.postgres = std::move(postgres);
}

}  // namespace

Configuration Configuration::read(const Config& config) {
  Configuration out;
  out.deployment_name = config.text("deployment.name", out.deployment_name);
  out.description = config.text("deployment.description", "");
  out.issuer = config.text("oidc_issuer", out.issuer);
  out.key_id = config.text("lok.key_id", out.key_id);
  out.private_key = not_empty(config.secret("private_key"));
  out.public_key = not_empty(config.text("lok.public_key"));
  out.secret = config.secret("django.secret_key").value_or("");
  out.prefix = config.text("force_script_name", config.text("django.force_script_name", out.prefix));
  out.allow_insecure_transport =
      config.flag("allow_insecure_transport", config.flag("django.allow_insecure_transport", true));
  out.trusted_proxies =
      config.integer("trusted_proxy_depth", config.integer("django.trusted_proxy_depth", 0));
  if (out.trusted_proxies < 0 || out.trusted_proxies > kMostProxies) {
    config.fail("django.trusted_proxy_depth", "must be a number of proxies, 0 to 16");
  }
  out.token_lifetime = std::chrono::seconds(config.integer("lok.access_token_lifetime", 3600));
  if (out.token_lifetime.count() <= 0 || out.token_lifetime > std::chrono::hours(24)) {
    config.fail("lok.access_token_lifetime", "must be 1 to 86400 seconds");
  }
  read_postgres(config, out);
  read_users(config, out);

  std::vector<std::string> auto_configured;
  for (const Config& entry : config.list("organizations")) {
    OrganizationSettings organization;
    organization.identifier = required(entry, "identifier");
    organization.name = entry.text("name", organization.identifier);
    organization.description = entry.text("description", "");
    organization.owner = entry.text("owner", "");
    if (entry.flag("auto_configure", false)) auto_configured.push_back(organization.identifier);
    out.organizations.push_back(std::move(organization));
  }
  for (const Config& entry : config.list("memberships")) {
    out.memberships.push_back(
        {required(entry, "user"), required(entry, "organization"), entry.texts("roles")});
  }
  read_hubs(config, auto_configured, out);
  read_mandate_keys(config, out);
  read_relying_parties(config, out);

  if (!config.flag("discovery_follows_request", true)) {
    // Clients take no other address than the one they asked.
    base::log::warning("lok.discovery_follows_the_request_always", {{"key", "discovery_follows_request"}});
  }

  // What other programs that share this file's format understand.
  for (const char* unused : {"django.hosts", "django.csrf_trusted_origins", "django.debug", "redis",
                             "authentikate", "datalayer", "email", "account", "socialaccount_providers",
                             "ionscale", "system_messages", "kontrol_frontend_url", "redeem_tokens"}) {
    config.ignore(unused);
  }
  return out;
}

const HubSettings* Configuration::hub(std::string_view organization, std::string_view identifier) const {
  const auto found = std::ranges::find_if(hubs, [&](const HubSettings& hub) {
    return hub.organization == organization && hub.identifier == identifier;
  });
  return found == hubs.end() ? nullptr : &*found;
}

}  // namespace lok
