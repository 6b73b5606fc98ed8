#include <algorithm>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "services/lok/administration/administration_rows.h"
#include "services/lok/media/picture.h"
#include "services/lok/people/accounts.h"
#include "services/lok/people/organizations.h"
#include "services/lok/people/password.h"
#include "services/lok/people/password_rules.h"
#include "sql/nullable.h"

namespace lok::administration {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

// --- user --------------------------------------------------------------------

constexpr const char* kUsers =
    "select username, coalesce(email, ''), superuser, active, created_at, (select coalesce(min(name), '')"
    " from profile where profile.user_id = user_account.id), (select count(*) from membership"
    " where membership.user_id = user_account.id) from user_account";
const std::vector<std::string_view> kUserNames{"username",    "email", "?superuser", "?active",
                                               "@created_at", "name",  "memberships"};

void join_group(sql::Writer& writer, std::int64_t user, const std::string& group) {
  const std::int64_t id = writer.insert(
      "insert into user_group (name) values ($1)"
      " on conflict (name) do update set name = excluded.name returning id",
      {group});
  writer.execute("insert into user_group_member (group_id, user_id) values ($1, $2) on conflict do nothing",
                 {id, user});
}

Json user_add(const Parts& parts, const Json& in) {
  const std::string username = required(in, "username");
  check_username(username);
  std::string password = text(in, "password");
  const bool made = password.empty();
  if (made) password = base::random_token(15);
  check_password(password, username);
  const NewAccount account{username, text(in, "email"), text(in, "name"), flag(in, "superuser"),
                           hash_password(password)};
  parts.database.write([&](sql::Writer& writer) {
    const std::int64_t user = write_account(writer, account, base::now_micros());
    for (const std::string& group : texts(in, "group")) join_group(writer, user, group);
  });
  Json answer = Json::object({{"username", username}});
  if (made) answer.set("password", password);
  return answer;
}

Json user_show(const Parts& parts, const Json& in) {
  const std::string username = required(in, "username");
  Json user;
  parts.database.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    const std::int64_t id = find_user(reader, username);
    user = objects(reader.query(std::string(kUsers) + " where id = $1", {id}), kUserNames).items().front();
    user.set("organizations",
             objects(reader.query("select organization.slug, organization.name from membership"
                                  " join organization on organization.id = membership.organization_id"
                                  " where user_id = $1 order by slug",
                                  {id}),
                     {"slug", "name"}));
    user.set("groups", objects(reader.query("select name from user_group join user_group_member"
                                            " on user_group_member.group_id = user_group.id"
                                            " where user_id = $1 order by name",
                                            {id}),
                               {"name"}));
  });
  return user;
}

Json user_remove(const Parts& parts, const Json& in) {
  const std::string username = required(in, "username");
  if (std::ranges::any_of(parts.configuration.users,
                          [&](const Account& account) { return account.username == username; })) {
    throw Error(code::kValidation,
                "'{}' is listed in lok.yaml and would be back at the next start. Remove them there first.",
                username);
  }
  parts.database.write([&](sql::Writer& writer) {
    const std::int64_t user = find_user(writer, username);
    const sql::Rows owned =
        writer.query("select slug from organization where owner_id = $1 order by slug", {user});
    if (!owned.empty()) {
      throw Error(code::kValidation, "'{}' owns the organization '{}'. Remove that first.", username,
                  owned.text(0, 0));
    }
    const sql::Rows picture =
        writer.query("select avatar_id from profile where user_id = $1 and avatar_id is not null", {user});
    writer.execute("delete from user_account where id = $1", {user});
    if (!picture.empty()) let_go_of_picture(writer, picture.integer(0, 0), base::now_micros());
  });
  return Json::object({{"removed", username}});
}

// --- organization --------------------------------------------------------------

constexpr const char* kOrganizations =
    "select slug, name, coalesce(description, ''), coalesce((select username from user_account"
    " where user_account.id = owner_id), ''), (select count(*) from membership"
    " where membership.organization_id = organization.id) from organization";
const std::vector<std::string_view> kOrganizationNames{"slug", "name", "description", "owner", "members"};

Json organization_row(sql::Reader& reader, std::int64_t id) {
  return objects(reader.query(std::string(kOrganizations) + " where id = $1", {id}), kOrganizationNames)
      .items()
      .front();
}

Json organization_add(const Parts& parts, const Json& in) {
  NewOrganization wanted;
  wanted.name = required(in, "name");
  wanted.description = text(in, "description");
  wanted.slug = text(in, "slug");
  const std::string owner = required(in, "owner");
  Json answer;
  parts.database.write([&](sql::Writer& writer) {
    wanted.owner = find_user(writer, owner);
    answer = organization_row(writer, found_organization(writer, wanted, parts.configuration));
  });
  return answer;
}

Json organization_show(const Parts& parts, const Json& in) {
  Json answer;
  parts.database.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    const std::int64_t id = find_organization(reader, required(in, "organization"));
    answer = organization_row(reader, id);
    answer.set("roles", objects(reader.query("select identifier, description from role"
                                             " where organization_id = $1 order by identifier",
                                             {id}),
                                {"role", "description"}));
    answer.set(
        "hubs",
        objects(reader.query("select identifier, uid from hub where organization_id = $1 order by id", {id}),
                {"hub", "uid"}));
  });
  return answer;
}

Json organization_remove(const Parts& parts, const Json& in) {
  const std::string name = required(in, "organization");
  parts.database.write([&](sql::Writer& writer) {
    const std::int64_t id = find_organization(writer, name);
    const sql::Rows rows = writer.query("select slug from organization where id = $1", {id});
    if (std::ranges::any_of(parts.configuration.organizations, [&](const OrganizationSettings& each) {
          return each.identifier == rows.text(0, 0);
        })) {
      throw Error(code::kValidation,
                  "'{}' is listed in lok.yaml and would be back at the next start. Remove it there first.",
                  name);
    }
    writer.execute("delete from organization where id = $1", {id});
  });
  return Json::object({{"removed", name}});
}

// --- membership ------------------------------------------------------------------

constexpr const char* kMemberships =
    "select user_account.username, organization.slug, membership.blocked, membership.id"
    " from membership join user_account on user_account.id = membership.user_id"
    " join organization on organization.id = membership.organization_id";

Json memberships(sql::Reader& reader, const std::string& where, std::vector<sql::Value> parameters) {
  const sql::Rows rows =
      reader.query(std::string(kMemberships) + where + " order by organization.slug, user_account.username",
                   std::move(parameters));
  Json all = objects(rows, {"user", "organization", "?blocked"});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const sql::Rows roles = reader.query(
        "select role.identifier from membership_role join role on role.id = membership_role.role_id"
        " where membership_role.membership_id = $1 order by role.identifier",
        {rows.integer(row, 3)});
    Json names = Json::array();
    for (std::size_t at = 0; at < roles.size(); ++at) names.push_back(std::string(roles.text(at, 0)));
    all.items()[row].set("roles", std::move(names));
  }
  return all;
}

struct Named {
  std::int64_t user = 0;
  std::int64_t organization = 0;
};
Named named(sql::Reader& reader, const Json& in) {
  return {find_user(reader, required(in, "user")), find_organization(reader, required(in, "organization"))};
}

Json membership_of(sql::Reader& reader, std::int64_t membership) {
  return memberships(reader, " where membership.id = $1", {membership}).items().front();
}

// Roles replace those there were; without any a new member is a guest.
Json membership_add(const Parts& parts, const Json& in) {
  Json answer;
  parts.database.write([&](sql::Writer& writer) {
    const Named who = named(writer, in);
    const bool is_new = writer
                            .query("select 1 from membership where user_id = $1 and organization_id = $2",
                                   {who.user, who.organization})
                            .empty();
    std::vector<std::string> roles = texts(in, "role");
    if (roles.empty() && is_new) roles.emplace_back("guest");
    const std::int64_t membership = ensure_membership(writer, who.organization, who.user);
    if (!roles.empty()) set_roles(writer, membership, roles);
    writer.execute(
        "update membership_request set status = 'approved', responded_at = $3"
        " where organization_id = $1 and user_id = $2 and status = 'pending'",
        {who.organization, who.user, base::now_micros()});
    answer = membership_of(writer, membership);
  });
  return answer;
}

Json membership_list(const Parts& parts, const Json& in) {
  Json answer;
  parts.database.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    std::string where = " where 1 = 1";
    std::vector<sql::Value> parameters;
    if (const std::string user = text(in, "user"); !user.empty()) {
      parameters.emplace_back(find_user(reader, user));
      where += fmt::format(" and membership.user_id = ${}", parameters.size());
    }
    if (const std::string name = text(in, "organization"); !name.empty()) {
      parameters.emplace_back(find_organization(reader, name));
      where += fmt::format(" and membership.organization_id = ${}", parameters.size());
    }
    answer = memberships(reader, where, std::move(parameters));
  });
  return answer;
}

Json membership_show(const Parts& parts, const Json& in) {
  Json answer;
  parts.database.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    const Named who = named(reader, in);
    answer = membership_of(reader, find_membership(reader, who.user, who.organization));
  });
  return answer;
}

// The member's clients and mandates go with it.
Json membership_remove(const Parts& parts, const Json& in) {
  const std::string username = required(in, "user");
  Json answer;
  parts.database.write([&](sql::Writer& writer) {
    const Named who = named(writer, in);
    const std::int64_t membership = find_membership(writer, who.user, who.organization);
    const sql::Rows owner =
        writer.query("select slug, owner_id from organization where id = $1", {who.organization});
    if (sql::optional_integer(owner, 0, 1) == std::optional(who.user)) {
      throw Error(code::kValidation, "'{}' owns the organization and stays its member.", username);
    }
    const std::string slug(owner.text(0, 0));
    if (std::ranges::any_of(parts.configuration.memberships, [&](const MembershipSettings& each) {
          return each.user == username && each.organization == slug;
        })) {
      throw Error(
          code::kValidation,
          "The membership is listed in lok.yaml and would be back at the next start. Remove it there first.",
          username);
    }
    answer = membership_of(writer, membership);
    writer.execute("delete from membership where id = $1", {membership});
  });
  return Json::object({{"removed", std::move(answer)}});
}

}  // namespace

void add_people_commands(Commands& commands, const Parts& parts) {
  const auto add = [&](const char* name, Json (*run)(const Parts&, const Json&)) {
    commands[name] = [parts, run](const Json& in) { return run(parts, in); };
  };
  add("user add", user_add);
  add("user list", [](const Parts& all, const Json&) {
    return listed(all, std::string(kUsers) + " order by username", {}, kUserNames);
  });
  add("user show", user_show);
  add("user remove", user_remove);
  add("organization add", organization_add);
  add("organization list", [](const Parts& all, const Json&) {
    return listed(all, std::string(kOrganizations) + " order by slug", {}, kOrganizationNames);
  });
  add("organization show", organization_show);
  add("organization remove", organization_remove);
  add("membership add", membership_add);
  add("membership list", membership_list);
  add("membership show", membership_show);
  add("membership remove", membership_remove);
}

}  // namespace lok::administration
