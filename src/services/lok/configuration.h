// What Lok is told: the file that Konstruktor writes (and our own first start),
// read into plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/config.h"
#include "service/description.h"

namespace lok {

struct Account {
  std::string username;
  std::string password;
  std::string email;
  bool superuser = false;
};

struct OrganizationSettings {
  std::string identifier;  ///< the slug
  std::string name;
  std::string description;
  std::string owner;  ///< a username; may be empty
};

struct MembershipSettings {
  std::string user;
  std::string organization;
  std::vector<std::string> roles;
};

/// One address of an instance. Without a host it is relative: it follows the
/// host of the request, and its port too unless one is given here.
struct AliasSettings {
  std::string id;  ///< tells the aliases of one instance apart for ever
  std::string kind = "absolute";
  std::optional<std::string> host;
  std::optional<std::int64_t> port;
  std::optional<std::string> path;
  bool ssl = false;
  std::string challenge = "ht";
  std::optional<std::string> reach;
  bool is_public = false;
};

using service::Described;

struct InstanceSettings {
  std::string instance_id;  ///< unique in its hub; the audience of tokens
  std::string service;      ///< `live.arkitekt.mikro`
  std::string version;
  std::string name;
  std::string description;
  std::optional<std::string> challenge_key;  ///< Ed25519, standard base64 of the raw 32 bytes
  std::vector<Described> roles;
  std::vector<Described> scopes;
  std::vector<AliasSettings> aliases;
};

/// An app known in advance, with a mandate key of its own.
struct DeclaredClient {
  std::string name;
  std::string app;
  std::string key;
};

struct HubSettings {
  std::string uid;  ///< empty: made up once
  std::string identifier;
  std::string organization;
  std::string description;
  std::optional<std::string> tls_certificate;  ///< PEM that clients pin
  std::vector<InstanceSettings> instances;
  std::vector<DeclaredClient> clients;
};

struct MandateKeySettings {
  std::string name;
  std::string key;
  std::string user;
  std::string organization;
  std::string hub;
  bool any_app = false;  ///< else the first app that logs in is the only one
};

/// A program that lets people sign in with Lok (OpenID Connect).
struct RelyingPartySettings {
  std::string client_id;
  std::string name;
  std::optional<std::string> secret;  ///< absent: a program that cannot keep one
  std::vector<std::string> redirect_uris;
  std::vector<std::string> post_logout_redirect_uris;
  std::string organization;  ///< whose members may sign in; empty: everybody's
};

struct PostgresSettings {
  std::string host;
  std::int64_t port = 5432;
  std::string database;
  std::string username;
  std::string password;
};

struct Configuration {
  std::string deployment_name = "Arkitekt";
  std::string description;
  std::string issuer = "lok";  ///< a name, never an address
  std::string key_id = "lok-key-1";
  std::optional<std::string> private_key;  ///< PEM; absent: generated once and kept in the database
  std::optional<std::string> public_key;   ///< PEM, its other half, if somebody was told that
  std::string secret;                      ///< keys the hashes of device ids; empty: generated likewise
  std::string prefix = "lok";              ///< without slashes
  bool allow_insecure_transport = true;
  std::int64_t trusted_proxies = 0;
  std::chrono::seconds token_lifetime{3600};
  std::optional<PostgresSettings> postgres;

  std::vector<Account> users;  ///< the administrator is the first
  std::vector<OrganizationSettings> organizations;
  std::vector<MembershipSettings> memberships;
  std::vector<HubSettings> hubs;
  std::vector<MandateKeySettings> mandate_keys;
  std::vector<RelyingPartySettings> relying_parties;

  /// Throws base::Error(kValidation) naming file and line. Keys of other
  /// programs that use the same file are left alone; `config.finish()` is the
  /// caller's.
  static Configuration read(const base::Config& config);

  const HubSettings* hub(std::string_view organization, std::string_view identifier) const;
};

}  // namespace lok
