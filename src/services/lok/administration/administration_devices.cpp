#include <algorithm>

#include "base/clock.h"
#include "base/error.h"
#include "services/lok/administration/administration_rows.h"
#include "services/lok/login/composition.h"
#include "services/lok/login/device_login.h"
#include "services/lok/login/user_code.h"
#include "services/lok/people/password.h"

namespace lok::administration {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

constexpr const char* kDevices =
    "select device.id, coalesce(device.name, ''), organization.slug, device.device_id,"
    " (select count(*) from client where client.node_id = device.id)"
    " from device join organization on organization.id = device.organization_id";
const std::vector<std::string_view> kDeviceNames{"id", "name", "organization", "device_id", "clients"};

Json device_row(sql::Reader& reader, std::int64_t id) {
  const sql::Rows rows = reader.query(std::string(kDevices) + " where device.id = $1", {id});
  if (rows.empty()) {
    throw Error(code::kNotFound, "There is no device {}. `arkitektd device list` shows which there are.", id);
  }
  Json device = objects(rows, kDeviceNames).items().front();
  device.set("groups", objects(reader.query("select name from device_group join device_group_member member"
                                            " on member.group_id = device_group.id"
                                            " where member.device_id = $1 order by name",
                                            {id}),
                               {"name"}));
  return device;
}

// By the id that its apps report, of which only a hash is kept.
Json device_add(const Parts& parts, const Json& in) {
  const std::string raw = required(in, "device");
  const std::string name = text(in, "name");
  const std::string secret = parts.device_secret();
  Json answer;
  parts.database.write([&](sql::Writer& writer) {
    const std::int64_t organization = find_organization(writer, required(in, "organization"));
    const std::string salt(
        writer.query("select device_salt from organization where id = $1", {organization}).text(0, 0));
    const std::int64_t device = writer.insert(
        "insert into device (organization_id, device_id, name) values ($1, $2, $3)"
        " on conflict (organization_id, device_id) do update set name = coalesce(excluded.name, device.name)"
        " returning id",
        {organization, hash_device(secret, salt, raw), name.empty() ? sql::Value() : sql::Value(name)});
    for (const std::string& group : texts(in, "group")) {
      const std::int64_t id = writer.insert(
          "insert into device_group (organization_id, name) values ($1, $2)"
          " on conflict (organization_id, name) do update set name = excluded.name returning id",
          {organization, group});
      writer.execute(
          "insert into device_group_member (device_id, group_id) values ($1, $2) on conflict do nothing",
          {device, id});
    }
    answer = device_row(writer, device);
  });
  return answer;
}

Json device_show(const Parts& parts, const Json& in) {
  Json answer;
  parts.database.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    answer = device_row(reader, whole_number(in, "id").value_or(0));
  });
  return answer;
}

Json device_remove(const Parts& parts, const Json& in) {
  const std::int64_t id = whole_number(in, "id").value_or(0);
  parts.database.write([&](sql::Writer& writer) {
    device_row(writer, id);
    // Whoever is logged in there would go on without a device: they log in again instead.
    writer.execute("delete from client where node_id = $1", {id});
    writer.execute("delete from device where id = $1", {id});
  });
  return Json::object({{"removed", std::to_string(id)}});
}

// --- a login that waits for a person ---------------------------------------------

DeviceLogin waiting_login(sql::Reader& reader, const std::string& typed, std::int64_t now) {
  const std::optional<std::string> user_code = read_user_code(typed);
  std::optional<DeviceLogin> login;
  if (user_code) login = find_login_by_user_code(reader, *user_code);
  if (!login) throw Error(code::kNotFound, "No app waits with the code '{}'.", typed);
  if (login->state != DeviceLoginState::kPending) {
    throw Error(code::kConflict, std::string("The login was decided before."));
  }
  if (login->expires_at <= now) {
    throw Error(code::kValidation, std::string("The code has expired. Start the app again for a new one."));
  }
  return *login;
}

void check_optional(const Manifest& manifest, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    const auto found = std::ranges::find(manifest.requirements, key, &Requirement::key);
    if (found != manifest.requirements.end() && found->optional) continue;
    throw Error(code::kValidation, "The app has no optional requirement '{}'.", key);
  }
}

void check_has_services(sql::Reader& reader, const DeviceLogin& login, std::int64_t hub, std::int64_t user,
                        const std::vector<std::string>& declined) {
  const Composition composition = compose(reader, hub, user, login.manifest.requirements, declined);
  for (const Requirement& each : login.manifest.requirements) {
    if (each.optional ||
        std::ranges::find(composition.unavailable, each.key) == composition.unavailable.end()) {
      continue;
    }
    throw Error(code::kValidation, "The app needs '{}', which the hub does not have for this person.",
                each.service);
  }
}

// What a person does on the page, by whoever runs the platform.
Json device_approve(const Parts& parts, const Json& in) {
  const std::int64_t now = base::now_micros();
  const std::vector<std::string> declined = texts(in, "without");
  Json answer;
  parts.database.write([&](sql::Writer& writer) {
    const DeviceLogin login = waiting_login(writer, required(in, "code"), now);
    const std::string username = required(in, "user");
    const std::string organization = required(in, "organization");
    const std::int64_t user = find_user(writer, username);
    const std::int64_t place = find_organization(writer, organization);
    const std::int64_t membership = find_membership(writer, user, place);
    const std::int64_t hub = find_hub(writer, place, text(in, "hub"));
    check_optional(login.manifest, declined);
    check_has_services(writer, login, hub, user, declined);
    if (!approve_login(writer, {login.id, membership, hub, declined}, now)) {
      throw Error(code::kConflict, std::string("The login was decided at the same moment."));
    }
    answer = Json::object({{"approved", login.manifest.identifier},
                           {"version", login.manifest.version},
                           {"user", username},
                           {"organization", organization}});
  });
  return answer;
}

}  // namespace

void add_device_commands(Commands& commands, const Parts& parts) {
  const auto add = [&](const char* name, Json (*run)(const Parts&, const Json&)) {
    commands[name] = [parts, run](const Json& in) { return run(parts, in); };
  };
  add("device add", device_add);
  add("device list", [](const Parts& all, const Json& in) {
    return list_within(all, in, kDevices, "device", kDeviceNames);
  });
  add("device show", device_show);
  add("device remove", device_remove);
  add("device approve", device_approve);
}

}  // namespace lok::administration
