#include "base/clock.h"
#include "base/error.h"
#include "services/lok/administration/administration_rows.h"
#include "services/lok/login/mandate_issue.h"
#include "services/lok/people/invites.h"
#include "sql/nullable.h"

namespace lok::administration {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

constexpr std::int64_t kUsualDays = 7;

// Not the token: whoever has it joins.
constexpr const char* kInvites =
    "select invite.id, organization.slug, user_account.username, invite.status, invite.uses,"
    " coalesce(invite.max_uses, 1), invite.created_at, invite.expires_at from invite"
    " join organization on organization.id = invite.organization_id"
    " join user_account on user_account.id = invite.created_by_id";
const std::vector<std::string_view> kInviteNames{"id",   "organization", "by",          "status",
                                                 "uses", "for",          "@created_at", "@expires_at"};

std::int64_t inviter(sql::Reader& reader, const Json& in, std::int64_t organization) {
  if (const std::string by = text(in, "by"); !by.empty()) return find_user(reader, by);
  const sql::Rows rows = reader.query("select owner_id from organization where id = $1", {organization});
  if (const auto owner = sql::optional_integer(rows, 0, 0)) return *owner;
  throw Error(code::kValidation, std::string("The organization has no owner. Say with --by who invites."));
}

std::string link_of(const Parts& parts, const Json& in, std::string_view token) {
  const std::string& prefix = parts.configuration.prefix;
  return fmt::format("{}{}{}/invite?token={}", text(in, "gateway"), prefix.empty() ? "" : "/", prefix, token);
}

Json invite_add(const Parts& parts, const Json& in) {
  const std::int64_t now = base::now_micros();
  NewInvite wanted;
  wanted.roles = texts(in, "role");
  if (wanted.roles.empty()) wanted.roles = {"guest"};
  wanted.expires_at = now + time_span(in, "expires").value_or(kUsualDays * kDay);
  wanted.max_uses = whole_number(in, "uses");
  Json answer;
  parts.database.write([&](sql::Writer& writer) {
    wanted.organization = find_organization(writer, required(in, "organization"));
    wanted.created_by = inviter(writer, in, wanted.organization);
    const std::int64_t id = write_invite(writer, wanted, now);
    const sql::Rows token = writer.query("select token from invite where id = $1", {id});
    answer = Json::object({{"link", link_of(parts, in, token.text(0, 0))}, {"id", std::to_string(id)}});
  });
  return answer;
}

Json invite_remove(const Parts& parts, const Json& in) {
  const std::int64_t id = whole_number(in, "id").value_or(0);
  parts.database.write([&](sql::Writer& writer) {
    if (writer.query("select 1 from invite where id = $1", {id}).empty()) {
      throw Error(code::kNotFound, "There is no invite {}. `arkitektd invite list` shows which there are.",
                  id);
    }
    cancel_invite(writer, id, base::now_micros());
  });
  return Json::object({{"cancelled", std::to_string(id)}});
}

}  // namespace

void add_invite_commands(Commands& commands, const Parts& parts) {
  commands["invite add"] = [parts](const Json& in) { return invite_add(parts, in); };
  commands["invite list"] = [parts](const Json& in) {
    return list_within(parts, in, kInvites, "invite", kInviteNames);
  };
  commands["invite remove"] = [parts](const Json& in) { return invite_remove(parts, in); };
}

}  // namespace lok::administration
