// Organizations, and who belongs to them: what GraphQL, the command line and
// the configuration do to these rows. Who may is decided before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/lok/configuration.h"
#include "sql/database.h"

namespace lok {

/// Roles and scopes that every organization has.
void write_standard_roles_and_scopes(sql::Writer& writer, std::int64_t organization);

/// A new secret that keys the hashes of an organization's device ids.
std::string make_device_salt();

struct NewOrganization {
  std::string name;
  std::string description;
  std::int64_t owner = 0;  ///< becomes a member with the role admin
  std::string slug;        ///< empty: made of the name, with an ending that nobody else has
};

/// Makes it with its roles, scopes and a hub of the services that run here.
/// Throws Error(kValidation) for an empty name or a slug that is none, Error(kConflict) for one that is
/// taken.
std::int64_t found_organization(sql::Writer& writer, const NewOrganization& wanted,
                                const Configuration& configuration);

/// Throws Error(kValidation) for what cannot be a slug, Error(kConflict) for one that is taken.
void check_slug(sql::Reader& reader, const std::string& slug);

/// Gives an organization that the configuration does not list the services
/// that run here: a hub like the first one listed. Idempotent.
void write_home_hub(sql::Writer& writer, std::int64_t organization, const Configuration& configuration);

/// The membership, made if there is none.
std::int64_t ensure_membership(sql::Writer& writer, std::int64_t organization, std::int64_t user);

/// Exactly these roles from now on. Throws Error(kValidation) naming those the
/// organization has if one of them is unknown.
void set_roles(sql::Writer& writer, std::int64_t membership, const std::vector<std::string>& roles);

/// Ids of roles of an organization; throws as `set_roles`.
sql::Ids role_ids(sql::Reader& reader, std::int64_t organization, const std::vector<std::string>& roles);

}  // namespace lok
