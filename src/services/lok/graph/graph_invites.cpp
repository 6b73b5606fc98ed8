#include "base/error.h"
#include "entity/lookup.h"
#include "services/lok/access.h"
#include "services/lok/graph/graph_organizations.h"
#include "services/lok/login/mandate_issue.h"
#include "services/lok/people/invites.h"
#include "services/lok/schema/invite.h"

namespace lok {
namespace {

using base::Error;
using entity::Call;
namespace code = base::code;

constexpr std::int64_t kLongestDays = 365;

std::optional<std::int64_t> expiry(const std::optional<std::int64_t>& days, std::int64_t now) {
  if (!days) return std::nullopt;
  if (*days < 1 || *days > kLongestDays) {
    throw Error(code::kValidation, "`expiresInDays` is 1 to {}, or null for an invite that does not expire.",
                kLongestDays);
  }
  return now + *days * kDay;
}

std::int64_t create(Call& call, const schema::CreateInviteInput& in) {
  if (in.collaborations) {
    throw Error(code::kNotImplemented,
                std::string("Guests of a collaboration are not built yet; invite a member."));
  }
  NewInvite wanted;
  wanted.organization = in.organization ? in.organization->row("organization") : call.organization;
  wanted.created_by = call.user;
  wanted.roles = in.roles.value_or(std::vector<std::string>{"guest"});
  wanted.expires_at = expiry(in.expires_in_days, call.now);
  wanted.allow_mesh = in.allow_mesh;
  wanted.max_uses = in.max_uses;
  if (wanted.organization != call.organization) {
    throw Error(code::kNotFound, "No organization with the id {} that this app is logged in to.",
                wanted.organization);
  }
  std::int64_t id = 0;
  call.database->write([&](sql::Writer& writer) {
    expect_administrator(writer, call);
    id = write_invite(writer, wanted, call.now);
  });
  return id;
}

std::int64_t accept(Call& call, const schema::AcceptInviteInput& in) {
  std::int64_t membership = 0;
  call.database->write(
      [&](sql::Writer& writer) { membership = accept_invite(writer, in.token, call.user, call.now); });
  return membership;
}

std::int64_t decline(Call& call, const schema::DeclineInviteInput& in) {
  std::int64_t invite = 0;
  call.database->write(
      [&](sql::Writer& writer) { invite = decline_invite(writer, in.token, call.user, call.now); });
  return invite;
}

std::int64_t cancel(Call& call, const schema::CancelInviteInput& in) {
  const std::int64_t id = in.id.row("invite");
  call.database->write([&](sql::Writer& writer) {
    expect_administrator(writer, call);
    const sql::Rows rows =
        writer.query("select 1 from invite where id = $1 and organization_id = $2", {id, call.organization});
    if (rows.empty()) throw Error(code::kNotFound, "No invite with the id {}.", in.id.text);
    cancel_invite(writer, id, call.now);
  });
  return id;
}

void add_fields(entity::Registry& registry, const Configuration& configuration) {
  registry.on(schema::Invite::kCreatedFor, [](entity::SqlText&, const std::string& alias, const Call&) {
    return alias + ".organization_id";
  });
  registry.on(schema::Invite::kValid, [](entity::SqlText& sql, const std::string& alias, const Call& call) {
    return fmt::format(
        "(case when {0}.status = 'pending' and ({0}.expires_at is null or {0}.expires_at > {1}) then 1 else "
        "0 end)",
        alias, sql.bind(call.now));
  });
  registry.on(schema::Invite::kInviteUrl, [&configuration](Call& call, std::span<const entity::Row> rows,
                                                           graphql::FieldOutput& out) {
    const std::string prefix = configuration.prefix.empty() ? "" : "/" + configuration.prefix;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out.set(i, graphql::Cell::string(call.keep(fmt::format("{}{}/invite?token={}", call.origin, prefix,
                                                             rows[i].text(schema::Invite::kToken)))));
    }
  });
  registry.on(schema::InviteFilter::kSearch,
              [](entity::SqlText& sql, const std::string& alias, const std::string& search, const Call&) {
                const std::string creator =
                    fmt::format("(select username from user_account where id = {}.created_by_id)", alias);
                return entity::contains_folded(sql, creator, search);
              });
}

}  // namespace

void add_invites(entity::Registry& registry, const Configuration& configuration) {
  namespace mutation = schema::mutation;
  registry.on(mutation::kCreateInvite, create);
  registry.on(mutation::kAcceptInvite, accept);
  registry.on(mutation::kDeclineInvite, decline);
  registry.on(mutation::kCancelInvite, cancel);
  add_fields(registry, configuration);
}

}  // namespace lok
