#include "services/lok/graph/graph_people.h"

#include "base/error.h"
#include "services/lok/access.h"
#include "services/lok/media/picture.h"
#include "services/lok/schema/device.h"
#include "services/lok/schema/group.h"
#include "services/lok/schema/user.h"
#include "sql/nullable.h"

namespace lok {
namespace {

using base::Error;
using entity::Call;
using service::Stores;
namespace code = base::code;

constexpr std::size_t kLongestName = 150;

void check_name(const std::string& name) {
  if (!name.empty() && name.size() <= kLongestName) return;
  throw Error(code::kValidation, "A name has 1 to {} characters.", kLongestName);
}

/// A member of the caller's organization whose profile the caller may change.
void expect_profile_of(sql::Reader& reader, const Call& call, std::int64_t user, const std::string& id) {
  if (user == call.user) return;
  expect_administrator(reader, call);
  const sql::Rows rows = reader.query("select 1 from membership where organization_id = $1 and user_id = $2",
                                      {call.organization, user});
  if (rows.empty()) throw Error(code::kNotFound, "No user or profile with the id {}.", id);
}

std::int64_t create_profile(Call& call, const schema::CreateProfileInput& in) {
  check_name(in.name);
  const std::int64_t user = in.user.row("user");
  std::int64_t profile = 0;
  call.database->write([&](sql::Writer& writer) {
    expect_profile_of(writer, call, user, in.user.text);
    profile = writer.insert(
        "insert into profile (user_id, name) values ($1, $2)"
        " on conflict (user_id) do update set name = excluded.name returning id",
        {user, in.name});
  });
  return profile;
}

std::int64_t update_profile(Call& call, Stores& stores, const schema::UpdateProfileInput& in) {
  check_name(in.name);
  ChosenPicture avatar(call, stores, in.avatar);
  const std::int64_t profile = in.id.row("profile");
  call.database->write([&](sql::Writer& writer) {
    const sql::Rows rows = writer.query("select user_id from profile where id = $1", {profile});
    expect_profile_of(writer, call, rows.empty() ? 0 : rows.integer(0, 0), in.id.text);
    avatar.put_on(writer, "profile", profile);
    writer.execute("update profile set name = $2 where id = $1", {profile, in.name});
  });
  return profile;
}

// A group may span organizations: its profile is changed by whoever administers
// the organization of all its members.
void expect_own_group(sql::Reader& reader, const Call& call, std::int64_t group, const std::string& id) {
  expect_administrator(reader, call);
  const sql::Rows rows = reader.query(
      "select count(*), count(membership.id) from user_group_member g"
      " left join membership on membership.user_id = g.user_id and membership.organization_id = $2"
      " where g.group_id = $1",
      {group, call.organization});
  const std::int64_t members = rows.integer(0, 0);
  const std::int64_t ours = rows.integer(0, 1);
  if (ours == 0) throw Error(code::kNotFound, "No group or profile with the id {}.", id);
  if (ours < members) {
    throw Error(code::kPermissionDenied, std::string("The group has members of other organizations."));
  }
}

std::int64_t create_group_profile(Call& call, Stores& stores, const schema::CreateGroupProfileInput& in) {
  check_name(in.name);
  ChosenPicture avatar(call, stores, in.avatar);
  const std::int64_t group = in.group.row("group");
  std::int64_t profile = 0;
  call.database->write([&](sql::Writer& writer) {
    expect_own_group(writer, call, group, in.group.text);
    profile = writer.insert(
        "insert into group_profile (group_id, name) values ($1, $2)"
        " on conflict (group_id) do update set name = excluded.name returning id",
        {group, in.name});
    avatar.put_on(writer, "group_profile", profile);
  });
  return profile;
}

std::int64_t update_group_profile(Call& call, Stores& stores, const schema::UpdateGroupProfileInput& in) {
  check_name(in.name);
  ChosenPicture avatar(call, stores, in.avatar);
  const std::int64_t profile = in.id.row("profile");
  call.database->write([&](sql::Writer& writer) {
    const sql::Rows rows = writer.query("select group_id from group_profile where id = $1", {profile});
    expect_own_group(writer, call, rows.empty() ? 0 : rows.integer(0, 0), in.id.text);
    avatar.put_on(writer, "group_profile", profile);
    writer.execute("update group_profile set name = $2 where id = $1", {profile, in.name});
  });
  return profile;
}

std::vector<std::int64_t> my_groups(Call& call) {
  const sql::Rows rows = call.reader->query(
      "select group_id from user_group_member where user_id = $1 order by group_id", {call.user});
  std::vector<std::int64_t> ids;
  for (std::size_t row = 0; row < rows.size(); ++row) ids.push_back(rows.integer(row, 0));
  return ids;
}

// Its people name a machine: whoever has an app on it, or an administrator.
std::int64_t update_device(Call& call, const schema::UpdateDeviceInput& in) {
  if (in.name) check_name(*in.name);
  const std::int64_t device = in.id.row("device");
  call.database->write([&](sql::Writer& writer) {
    const sql::Rows rows = writer.query(
        "select (select count(*) from client where client.node_id = device.id and client.user_id = $3)"
        " from device where id = $1 and organization_id = $2",
        {device, call.organization, call.user});
    if (rows.empty()) throw Error(code::kNotFound, "No device with the id {}.", in.id.text);
    const bool is_mine = rows.integer(0, 0) > 0;
    if (!is_mine) expect_administrator(writer, call);
    if (!in.name.is_given) return;
    writer.execute("update device set name = $2 where id = $1", {device, sql::nullable(in.name.value)});
  });
  return device;
}

}  // namespace

void add_people(entity::Registry& registry, Stores& stores) {
  namespace mutation = schema::mutation;
  registry.on(mutation::kCreateProfile, create_profile);
  registry.on(mutation::kUpdateProfile, [&stores](Call& call, const schema::UpdateProfileInput& in) {
    return update_profile(call, stores, in);
  });
  registry.on(mutation::kCreateGroupProfile,
              [&stores](Call& call, const schema::CreateGroupProfileInput& in) {
                return create_group_profile(call, stores, in);
              });
  registry.on(mutation::kUpdateGroupProfile,
              [&stores](Call& call, const schema::UpdateGroupProfileInput& in) {
                return update_group_profile(call, stores, in);
              });
  registry.on(mutation::kUpdateDevice, update_device);
  registry.on(schema::query::kMygroups, my_groups);
}

}  // namespace lok
