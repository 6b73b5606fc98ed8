#include "services/lok/people/organizations.h"

#include <array>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "services/lok/people/password.h"
#include "services/lok/provisioning/provisioning_hub.h"
#include "sql/nullable.h"

namespace lok {
namespace {

constexpr std::array<std::string_view, 10> kRoles{"admin",  "guest",       "user",    "bot",   "viewer",
                                                  "editor", "contributor", "manager", "owner", "labeler"};

struct OfferedScope {
  std::string_view value, label, description;
};
constexpr std::array<OfferedScope, 5> kScopes{{
    {"openid", "Sign in", "Know who you are"},
    {"profile", "Profile", "See your name"},
    {"email", "E-mail", "See your e-mail address"},
    {"roles", "Roles", "See your roles"},
    {"groups", "Groups", "See your groups"},
}};

constexpr std::size_t kLongestName = 150;
constexpr std::size_t kLongestSlug = 100;

// Six hexadecimal digits keep two organizations of one name apart.
std::string make_slug(const std::string& name) {
  std::string slug;
  for (const char c : base::fold_case(name)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) {
      slug += c;
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  while (slug.ends_with('-')) slug.pop_back();
  return (slug.empty() ? "organization" : slug) + "-" + base::uuid4().substr(0, 6);
}

}  // namespace

void write_standard_roles_and_scopes(sql::Writer& writer, std::int64_t organization) {
  for (const std::string_view role : kRoles) write_role(writer, organization, {std::string(role), ""}, true);
  for (const OfferedScope& scope : kScopes) {
    write_scope(writer, organization, std::string(scope.value), std::string(scope.label),
                std::string(scope.description));
  }
}

std::string make_device_salt() { return keyed_hash(base::random_bytes(32), "device salt"); }

std::int64_t found_organization(sql::Writer& writer, const NewOrganization& wanted,
                                const Configuration& configuration) {
  if (wanted.name.empty() || wanted.name.size() > kLongestName) {
    throw base::Error(base::code::kValidation, "An organization's name has 1 to {} characters.",
                      kLongestName);
  }
  if (!wanted.slug.empty()) check_slug(writer, wanted.slug);
  const std::int64_t id = writer.insert(
      "insert into organization (slug, name, description, owner_id, device_salt) values ($1, $2, $3, $4, $5)"
      " returning id",
      {wanted.slug.empty() ? make_slug(wanted.name) : wanted.slug, wanted.name, wanted.description,
       wanted.owner, make_device_salt()});
  write_standard_roles_and_scopes(writer, id);
  write_home_hub(writer, id, configuration);
  set_roles(writer, ensure_membership(writer, id, wanted.owner), {"admin"});
  return id;
}

void check_slug(sql::Reader& reader, const std::string& slug) {
  const bool fits = !slug.empty() && slug.size() <= kLongestSlug &&
                    slug.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos;
  if (!fits) {
    throw base::Error(base::code::kValidation, "A slug has 1 to {} lower case letters, digits, `-` and `_`.",
                      kLongestSlug);
  }
  if (!reader.query("select 1 from organization where slug = $1", {slug}).empty()) {
    throw base::Error(base::code::kConflict, "There is an organization with the slug '{}' already.", slug);
  }
}

void write_home_hub(sql::Writer& writer, std::int64_t organization, const Configuration& configuration) {
  if (configuration.hubs.empty()) return;
  HubSettings hub = configuration.hubs.front();
  hub.uid.clear();  // a hub of its own
  write_hub(writer, organization, hub);
}

std::int64_t ensure_membership(sql::Writer& writer, std::int64_t organization, std::int64_t user) {
  return writer.insert(
      "insert into membership (organization_id, user_id) values ($1, $2)"
      " on conflict (user_id, organization_id) do update set user_id = excluded.user_id returning id",
      {organization, user});
}

void set_roles(sql::Writer& writer, std::int64_t membership, const std::vector<std::string>& roles) {
  const std::int64_t organization =
      writer.query("select organization_id from membership where id = $1", {membership}).integer(0, 0);
  const sql::Ids ids = role_ids(writer, organization, roles);
  writer.execute("delete from membership_role where membership_id = $1 and role_id not in_ids($2)",
                 {membership, ids});
  for (const std::int64_t role : ids.values) {
    writer.execute(
        "insert into membership_role (membership_id, role_id) values ($1, $2) on conflict do nothing",
        {membership, role});
  }
}

sql::Ids role_ids(sql::Reader& reader, std::int64_t organization, const std::vector<std::string>& roles) {
  const sql::Rows known = reader.query(
      "select id, identifier from role where organization_id = $1 order by identifier", {organization});
  sql::Ids ids;
  for (const std::string& role : roles) {
    std::vector<std::string> names;
    std::optional<std::int64_t> id;
    for (std::size_t row = 0; row < known.size(); ++row) {
      names.emplace_back(known.text(row, 1));
      if (names.back() == role) id = known.integer(row, 0);
    }
    if (!id) {
      throw base::Error(base::code::kValidation, "The organization has no role '{}'. It has: {}.", role,
                        base::join(names, ", "));
    }
    ids.values.push_back(*id);
  }
  return ids;
}

}  // namespace lok
