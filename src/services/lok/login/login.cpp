#include "services/lok/login/login.h"

#include "services/lok/login/oauth_error.h"
#include "services/lok/people/password.h"

namespace lok {
namespace {

using base::Json;

std::string device_of(const Mandate& mandate, const MandateLogin& wanted) {
  const std::string& raw = wanted.manifest.device_id;
  return raw.empty() ? "" : hash_device(wanted.secret, mandate.device_salt, raw);
}

Mandate usable_mandate(sql::Reader& reader, const MandateLogin& wanted, std::int64_t now) {
  const std::optional<Mandate> mandate = find_mandate(reader, wanted.key_hash);
  if (!mandate) throw oauth_error("invalid_grant", "The key is unknown.");
  check_live(*mandate, now);
  check_pin(*mandate, wanted.manifest, device_of(*mandate, wanted));
  return *mandate;
}

// Two apps may race for a key that takes the first one: the row decides.
void fix_app(sql::Writer& writer, const Mandate& mandate, const Manifest& manifest) {
  if (!takes_first_app(mandate)) return;
  Json subject = mandate.subject;
  subject.set("identifier", manifest.identifier);
  const std::int64_t changed =
      writer.execute("update mandate set subject = $1 where id = $2 and subject = $3",
                     {subject.dump(), mandate.id, mandate.subject.dump()});
  if (changed == 0) throw oauth_error("invalid_grant", "Another app took the key at the same moment.");
}

void check_room_for_device(sql::Reader& reader, const Mandate& mandate, const std::string& device) {
  if (!mandate.max_clients) return;
  const sql::Rows others = reader.query(
      "select count(*) from client where mandate_id = $1 and device_key <> $2", {mandate.id, device});
  if (others.integer(0, 0) >= *mandate.max_clients) {
    throw oauth_error("invalid_grant",
                      fmt::format("The key is already in use on {} devices.", *mandate.max_clients));
  }
}

constexpr std::int64_t kNotedFor = 60'000'000;

Seat seat_of(const Mandate& mandate) {
  return {mandate.organization, mandate.grantor, mandate.membership, mandate.hub};
}

}  // namespace

std::optional<Login> log_in_again(sql::Reader& reader, const MandateLogin& wanted, std::int64_t now) {
  const Mandate mandate = usable_mandate(reader, wanted, now);
  if (takes_first_app(mandate) || mandate.last_used_at + kNotedFor <= now) return std::nullopt;
  const std::string device = device_of(mandate, wanted);
  check_room_for_device(reader, mandate, device);
  const Seat seat = seat_of(mandate);
  const ClientIdentity client{"", wanted.kind, wanted.role, device, mandate.id};
  Login login = describe_login(reader, seat, wanted.manifest, client, {});
  if (!is_written(reader, wanted.manifest, client, login)) return std::nullopt;
  return login;
}

Login log_in(sql::Writer& writer, const MandateLogin& wanted, std::int64_t now) {
  // Holds the row, so that logins with one key take turns, also in several processes.
  writer.execute("update mandate set last_used_at = $1 where key_hash = $2", {now, wanted.key_hash});
  const Mandate mandate = usable_mandate(writer, wanted, now);
  const std::string device = device_of(mandate, wanted);
  check_room_for_device(writer, mandate, device);
  fix_app(writer, mandate, wanted.manifest);

  const Seat seat = seat_of(mandate);
  const ClientIdentity client{wanted.new_client_id, wanted.kind, wanted.role, device, mandate.id};
  Login login = describe_login(writer, seat, wanted.manifest, client, {});
  write_login(writer, seat, wanted.manifest, client, login, now);
  return login;
}

}  // namespace lok
