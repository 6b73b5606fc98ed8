// What every login reads and writes, whatever it is granted for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/lok/login/composition.h"
#include "services/lok/login/manifest.h"
#include "sql/database.h"

namespace lok {

/// In whose name an app acts, and where: rows.
struct Seat {
  std::int64_t organization = 0;
  std::int64_t user = 0;
  std::int64_t membership = 0;
  std::int64_t hub = 0;
};

/// Everything tokens and envelope say about the client that logged in.
struct Login {
  std::string client_id;
  std::int64_t user = 0;
  std::int64_t organization = 0;
  std::string username, first_name, last_name, email;  ///< empty where unknown
  std::string hub_uid;
  std::optional<std::string> tls_certificate;
  std::vector<std::string> roles;
  std::vector<std::string> scopes;  ///< granted
  std::string app, version, device;
  std::string client_role;
  Composition composition;
};

/// What tells a client apart, besides its seat and its release.
struct ClientIdentity {
  std::string client_id;
  std::string kind;    ///< as in the schema: `DEVELOPMENT`
  std::string role;    ///< `INTERFACE` or `AGENT`
  std::string device;  ///< hashed; empty if the app named none
  sql::Value mandate;  ///< row of the mandate it logs in with; null: a person approved it
};

/// Who somebody is, in the organization of the seat: names, e-mail address and roles.
void read_person(sql::Reader& reader, const Seat& seat, Login& login);

/// All of a login but the client id: who acts where, which of the scopes it
/// asks for are offered, and what fills its requirements, but for `declined`.
Login describe_login(sql::Reader& reader, const Seat& seat, const Manifest& manifest,
                     const ClientIdentity& client, const std::vector<std::string>& declined);

/// Finds or makes app, release, device and client, and brings the client's
/// mappings to the login's composition. A mandate has one client per device:
/// its id is then the login's. Returns the client's row.
std::int64_t write_login(sql::Writer& writer, const Seat& seat, const Manifest& manifest,
                         const ClientIdentity& client, Login& login, std::int64_t now);

/// Whether the client of this mandate and device stands there already just as `write_login` would leave it;
/// its id is then the login's.
bool is_written(sql::Reader& reader, const Manifest& manifest, const ClientIdentity& client, Login& login);

/// The mappings alone, for a client that is there. Writes nothing if they are right.
void write_mappings(sql::Writer& writer, std::int64_t client, const Composition& composition);

}  // namespace lok
