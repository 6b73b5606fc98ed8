#include "services/lok/graph/graph.h"

#include "base/error.h"
#include "entity/lookup.h"
#include "service/call.h"
#include "services/lok/access.h"
#include "services/lok/graph/graph_instances.h"
#include "services/lok/graph/graph_lists.h"
#include "services/lok/graph/graph_mandates.h"
#include "services/lok/graph/graph_media.h"
#include "services/lok/graph/graph_organizations.h"
#include "services/lok/graph/graph_people.h"
#include "services/lok/people/password.h"
#include "services/lok/schema/app.h"
#include "services/lok/schema/client.h"
#include "services/lok/schema/context.h"
#include "services/lok/schema/device.h"
#include "services/lok/schema/hub.h"
#include "services/lok/schema/mandate.h"
#include "services/lok/schema/organization.h"
#include "services/lok/schema/service_instance.h"
#include "services/lok/schema/user.h"

namespace lok {
namespace {

using base::Json;
using entity::Call;
using entity::Row;
using graphql::Cell;

[[noreturn]] void not_found(std::string_view what) {
  throw base::Error(base::code::kNotFound, "No {} with that id.", what);
}

/// The first row's id. Queries run inside the operation's own read.
std::int64_t one_id(Call& call, std::string_view what, std::string_view sql,
                    std::vector<sql::Value> parameters) {
  const sql::Rows rows = call.reader->query(sql, std::move(parameters));
  if (rows.empty()) not_found(what);
  return rows.integer(0, 0);
}

/// Identifiers and versions are scalars of Lok's own, which may be any JSON.
std::string text_of(const Json& value) { return value.is_string() ? value.as_string() : ""; }

/// What cannot be an id names no row.
std::int64_t row_of(const entity::Id& id) { return id.row().value_or(0); }

std::int64_t mycontext(Call& call) {
  return one_id(call, "login", "select id from login_context where client_id = $1", {call.client});
}

std::int64_t app(Call& call, const schema::AppArguments& in) {
  if (in.id) {
    return one_id(call, "App", "select id from app where id = $1 and organization_id = $2",
                  {row_of(*in.id), call.organization});
  }
  if (in.identifier) {
    return one_id(call, "App", "select id from app where identifier = $1 and organization_id = $2",
                  {text_of(*in.identifier), call.organization});
  }
  if (!in.client_id) {
    throw base::Error(base::code::kValidation, std::string("Give one of id, identifier or clientId."));
  }
  return one_id(call, "App",
                "select release.app_id from client join release on release.id = client.release_id"
                " where client.client_id = $1 and client.organization_id = $2",
                {in.client_id->text, call.organization});
}

std::int64_t release(Call& call, const schema::ReleaseArguments& in) {
  if (in.id) {
    return one_id(call, "Release",
                  "select release.id from release join app on app.id = release.app_id"
                  " where release.id = $1 and app.organization_id = $2",
                  {row_of(*in.id), call.organization});
  }
  if (in.identifier && in.version) {
    return one_id(call, "Release",
                  "select release.id from release join app on app.id = release.app_id"
                  " where app.identifier = $1 and release.version = $2 and app.organization_id = $3",
                  {text_of(*in.identifier), text_of(*in.version), call.organization});
  }
  if (!in.client_id) {
    throw base::Error(base::code::kValidation, std::string("Give id, identifier and version, or clientId."));
  }
  return one_id(call, "Release",
                "select release_id from client where client_id = $1 and organization_id = $2",
                {in.client_id->text, call.organization});
}

std::int64_t client(Call& call, const schema::ClientArguments& in) {
  if (in.id) {
    return one_id(call, "Client", "select id from client where id = $1 and organization_id = $2",
                  {row_of(*in.id), call.organization});
  }
  if (!in.client_id) {
    throw base::Error(base::code::kValidation, std::string("Give id or clientId."));
  }
  return one_id(call, "Client", "select id from client where client_id = $1 and organization_id = $2",
                {in.client_id->text, call.organization});
}

// The argument is a device's raw id, stored only as a hash.
std::int64_t device_by_device_id(Call& call, const schema::DeviceByDeviceIdArguments& in,
                                 const std::string& device_secret) {
  const sql::Rows salt =
      call.reader->query("select device_salt from organization where id = $1", {call.organization});
  if (salt.empty()) not_found("Device");
  const std::string hash = hash_device(device_secret, salt.text(0, 0), in.id.text);
  return one_id(call, "Device", "select id from device where device_id = $1 and organization_id = $2",
                {hash, call.organization});
}

void for_each_row(std::span<const Row> rows, graphql::FieldOutput& out, const Cell& value) {
  for (std::size_t i = 0; i < rows.size(); ++i) out.set(i, value);
}

void set_texts(Call& call, std::span<const Row> rows, const std::vector<std::string>& texts,
               graphql::FieldOutput& out) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out.begin_list();
    for (const std::string& text : texts) out.item(Cell::string(call.keep(text)));
    out.set(i, out.end_list());
  }
}

void issue_url(Call& call, std::span<const Row> rows, graphql::FieldOutput& out) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const Json& source : Json::parse(rows[i].text(schema::Client::kPublicSources)).items()) {
      if (source["kind"] != Json("github") || !source["url"].is_string()) continue;
      out.set(i, Cell::string(call.keep(source["url"].as_string() + "/issues/new")));
      break;
    }
  }
}

void add_context(entity::Registry& registry) {
  using schema::Context;
  registry.on(Context::kRoles, [](Call& call, std::span<const Row> rows, graphql::FieldOutput& out) {
    set_texts(call, rows, service::call_of(call).who->claims.roles, out);
  });
  registry.on(Context::kScope, [](Call& call, std::span<const Row> rows, graphql::FieldOutput& out) {
    set_texts(call, rows, service::call_of(call).who->claims.scopes, out);
  });
  // A token is for one organization, and that is the active one.
  registry.on(Context::kFitsActiveOrganization,
              [](Call&, std::span<const Row> rows, graphql::FieldOutput& out) {
                for_each_row(rows, out, Cell::of(true));
              });
  registry.on(Context::kMemberOf, [](Call& call, std::span<const Row> rows,
                                     const schema::ContextMemberOfArguments& in, graphql::FieldOutput& out) {
    const sql::Rows membership =
        call.reader->query("select 1 from membership where user_id = $1 and organization_id = $2",
                           {call.user, row_of(in.organization)});
    for_each_row(rows, out, Cell::of(!membership.empty()));
  });
}

void add_expressions(entity::Registry& registry) {
  const entity::Expression client_name = [](entity::SqlText&, const std::string& alias, const Call&) {
    return fmt::format(
        "coalesce((select app.identifier || ':v' || release.version from release"
        " join app on app.id = release.app_id where release.id = {0}.release_id), {0}.client_id)"
        " || coalesce((select ' by ' || username from user_account where user_account.id = {0}.user_id), '')"
        " || coalesce((select ' on ' || device.name from device where device.id = {0}.node_id), '')",
        alias);
  };
  registry.on(schema::Client::kName, client_name);
  registry.on(schema::ClientOrdering::kName, client_name);
  // Aliases have no name of their own; their key tells them apart.
  registry.on(schema::InstanceAliasOrdering::kName,
              [](entity::SqlText&, const std::string& alias, const entity::Call&) { return alias + ".key"; });
  registry.on(schema::ClientFilter::kSearch, [client_name](entity::SqlText& sql, const std::string& alias,
                                                           const std::string& search, const Call& call) {
    return entity::contains_folded(sql, client_name(sql, alias, call), search);
  });
  registry.on(schema::Device::kNodeId,
              [](entity::SqlText&, const std::string& alias, const Call&) { return alias + ".device_id"; });
  constexpr std::int64_t kOnline = 5 * 60 * 1'000'000LL;  // since the last health report
  registry.on(schema::Hub::kOnline, [](entity::SqlText& sql, const std::string& alias, const Call& call) {
    return fmt::format("(case when {}.last_seen_at > {} then 1 else 0 end)", alias,
                       sql.bind(call.now - kOnline));
  });
  registry.on(schema::Mandate::kIsLive, mandate_is_live);
  registry.on(schema::Client::kIssueUrl, issue_url);
}

}  // namespace

entity::Registry graph_registry(const GraphParts& parts) {
  entity::Registry registry;
  namespace query = schema::query;
  registry.on(query::kMe, [](Call& call) { return call.user; });
  registry.on(query::kMycontext, mycontext);
  registry.on(query::kHallo, [](Call&) { return Json("hallo"); });
  registry.on(query::kApp, app);
  registry.on(query::kRelease, release);
  registry.on(query::kClient, client);
  registry.on(query::kDeviceByDeviceId,
              [device_secret = parts.device_secret](Call& call, const schema::DeviceByDeviceIdArguments& in) {
                return device_by_device_id(call, in, device_secret());
              });
  add_context(registry);
  add_expressions(registry);
  add_lists(registry);
  add_visibility(registry);
  add_mandates(registry, parts.device_secret);
  add_organizations(registry, parts.configuration, parts.stores);
  add_invites(registry, parts.configuration);
  add_people(registry, parts.stores);
  add_media(registry, parts.stores);
  add_messages(registry, parts.communications);
  add_instances(registry, parts.configuration);
  return registry;
}

}  // namespace lok
