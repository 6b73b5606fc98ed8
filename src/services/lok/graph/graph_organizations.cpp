#include "services/lok/graph/graph_organizations.h"

#include "base/error.h"
#include "services/lok/access.h"
#include "services/lok/media/picture.h"
#include "services/lok/people/invites.h"
#include "services/lok/people/organizations.h"
#include "services/lok/schema/membership.h"
#include "services/lok/schema/organization.h"
#include "sql/nullable.h"

namespace lok {
namespace {

using base::Error;
using base::Json;
using entity::Call;
namespace code = base::code;

constexpr std::size_t kLongestName = 150;

/// What a client may name is the organization it is logged in to.
void expect_own(const Call& call, const entity::Id& organization) {
  if (organization.row() == std::optional(call.organization)) return;
  throw Error(code::kNotFound, "No organization with the id {} that this app is logged in to.",
              organization.text);
}

std::int64_t create(Call& call, const schema::CreateOrganizationInput& in,
                    const Configuration& configuration) {
  std::int64_t id = 0;
  call.database->write([&](sql::Writer& writer) {
    id = found_organization(writer, {in.name, in.description.value_or(""), call.user, ""}, configuration);
  });
  return id;
}

// The configuration finds an organization by its slug at the next start.
void rename_slug(sql::Writer& writer, const Call& call, const std::string& slug) {
  const sql::Rows rows =
      writer.query("select slug, config_mark from organization where id = $1", {call.organization});
  if (rows.text(0, 0) == slug) return;
  if (!rows.is_null(0, 1)) {
    throw Error(code::kValidation,
                std::string("The organization is listed in the configuration, which knows it by its slug."));
  }
  check_slug(writer, slug);
  writer.execute("update organization set slug = $2 where id = $1", {call.organization, slug});
}

std::int64_t update(Call& call, service::Stores& stores, const schema::UpdateOrganizationInput& in) {
  expect_own(call, in.id);
  if (in.name && (in.name->empty() || in.name->size() > kLongestName)) {
    throw Error(code::kValidation, "An organization's name has 1 to {} characters.", kLongestName);
  }
  std::optional<ChosenPicture> avatar;
  if (in.avatar) avatar.emplace(call, stores, *in.avatar);
  call.database->write([&](sql::Writer& writer) {
    expect_administrator(writer, call);
    if (in.slug) rename_slug(writer, call, *in.slug);
    writer.execute(
        "update organization set name = coalesce($2, name), description = coalesce($3, description)"
        " where id = $1",
        {call.organization, sql::nullable(in.name), sql::nullable(in.description)});
    if (avatar) avatar->put_on(writer, "organization", call.organization);
  });
  return call.organization;
}

// Somebody the caller knows from another organization, or who has asked; others
// are invited, so that ids of strangers say nothing.
std::int64_t known_user(sql::Reader& reader, const Call& call, const entity::Id& id) {
  const std::int64_t user = id.row("user");
  const sql::Rows rows = reader.query(
      "select 1 from membership theirs join membership mine on mine.organization_id = theirs.organization_id"
      " where theirs.user_id = $1 and mine.user_id = $2 and mine.blocked = 0"
      " union select 1 from membership_request where user_id = $1 and organization_id = $3"
      " and status = 'pending'",
      {user, call.user, call.organization});
  if (rows.empty()) {
    throw Error(code::kNotFound, "No user with the id {} whom you know. Invite them instead.", id.text);
  }
  return user;
}

void resolve_request(sql::Writer& writer, const Call& call, std::int64_t user, const std::string& status) {
  writer.execute(
      "update membership_request set status = $3, resolved_by_id = $4, responded_at = $5"
      " where organization_id = $1 and user_id = $2 and status = 'pending'",
      {call.organization, user, status, call.user, call.now});
}

std::int64_t add_user(Call& call, const schema::AddUserToOrganizationInput& in) {
  expect_own(call, in.organization);
  std::int64_t membership = 0;
  call.database->write([&](sql::Writer& writer) {
    expect_administrator(writer, call);
    const std::int64_t user = known_user(writer, call, in.user);
    membership = ensure_membership(writer, call.organization, user);
    set_roles(writer, membership, in.roles);
    resolve_request(writer, call, user, "approved");
  });
  return membership;
}

void check_range(const entity::Given<double>& value, double most, std::string_view name) {
  if (value && !(*value >= 0 && *value <= most)) {
    throw Error(code::kValidation, "`{}` is 0 to {}.", name, most);
  }
}

std::int64_t update_colors(Call& call, const schema::UpdateMembershipColorsInput& in) {
  check_range(in.brand_hue, 360, "brandHue");
  check_range(in.brand_chroma, 1, "brandChroma");
  std::int64_t membership = 0;
  call.database->write([&](sql::Writer& writer) {
    membership = writer
                     .query("select id from membership where organization_id = $1 and user_id = $2",
                            {call.organization, call.user})
                     .integer(0, 0);
    const auto set = [&](std::string_view column, const entity::Given<double>& value) {
      if (!value.is_given) return;
      writer.execute(fmt::format("update membership set {} = $2 where id = $1", column),
                     {membership, sql::nullable(value.value)});
    };
    set("brand_hue", in.brand_hue);
    set("brand_chroma", in.brand_chroma);
  });
  return membership;
}

Json ask_to_join(Call& call, const schema::RequestMembershipInput& in) {
  const std::int64_t organization = in.organization.row("organization");
  call.database->write(
      [&](sql::Writer& writer) { request_membership(writer, organization, call.user, in.reason, call.now); });
  return true;
}

/// The user whose pending request it is.
std::int64_t pending_request(sql::Reader& reader, const Call& call, const entity::Id& id) {
  expect_administrator(reader, call);
  const sql::Rows rows =
      reader.query("select user_id, status from membership_request where id = $1 and organization_id = $2",
                   {id.row("request"), call.organization});
  if (rows.empty()) throw Error(code::kNotFound, "No request with the id {}.", id.text);
  if (rows.text(0, 1) != "pending") {
    throw Error(code::kValidation, "The request has already been {}.", rows.text(0, 1));
  }
  return rows.integer(0, 0);
}

std::int64_t approve(Call& call, const schema::ApproveMembershipRequestInput& in) {
  std::int64_t membership = 0;
  call.database->write([&](sql::Writer& writer) {
    const std::int64_t user = pending_request(writer, call, in.id);
    membership = ensure_membership(writer, call.organization, user);
    set_roles(writer, membership, in.roles.value_or(std::vector<std::string>{"guest"}));
    resolve_request(writer, call, user, "approved");
  });
  return membership;
}

std::int64_t decline(Call& call, const schema::DeclineMembershipRequestInput& in) {
  call.database->write([&](sql::Writer& writer) {
    resolve_request(writer, call, pending_request(writer, call, in.id), "declined");
  });
  return in.id.row("request");
}

// What an organization shows of itself.
std::vector<Json> profiles(Call&, std::span<const entity::Row> rows) {
  using schema::Organization;
  std::vector<Json> all;
  for (const entity::Row& row : rows) {
    Json bio;
    if (!row.is_null(Organization::kDescription)) bio = std::string(row.text(Organization::kDescription));
    Json avatar;
    if (!row.is_null(Organization::kAvatar)) avatar = row.integer(Organization::kAvatar);
    all.push_back(Json::object({{"id", std::to_string(row.id())},
                                {"bio", std::move(bio)},
                                {"name", std::string(row.text(Organization::kName))},
                                {"avatar", std::move(avatar)}}));
  }
  return all;
}

}  // namespace

void add_organizations(entity::Registry& registry, const Configuration& configuration,
                       service::Stores& stores) {
  namespace mutation = schema::mutation;
  registry.on(mutation::kCreateOrganization,
              [&configuration](Call& call, const schema::CreateOrganizationInput& in) {
                return create(call, in, configuration);
              });
  registry.on(
      mutation::kUpdateOrganization,
      [&stores](Call& call, const schema::UpdateOrganizationInput& in) { return update(call, stores, in); });
  registry.on(mutation::kAddUserToOrganization, add_user);
  registry.on(mutation::kUpdateMembershipColors, update_colors);
  registry.on(mutation::kRequestMembership, ask_to_join);
  registry.on(mutation::kApproveMembershipRequest, approve);
  registry.on(mutation::kDeclineMembershipRequest, decline);
  registry.on(schema::Organization::kProfile, profiles);
}

}  // namespace lok
