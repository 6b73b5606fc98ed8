#include "services/lok/graph.h"

#include "base/error.h"
#include "entity/lookup.h"
#include "service/call.h"
#include "services/lok/graph_lists.h"
#include "services/lok/password.h"

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

std::int64_t id_argument(const Json& value) {
  return value.is_string() ? entity::row_id(value.as_string()).value_or(0) : 0;
}

std::string text_argument(const Json& value) { return value.is_string() ? value.as_string() : ""; }

Json me(Call& call, const Json&) { return call.user; }

Json mycontext(Call& call, const Json&) {
  return one_id(call, "login", "select id from login_context where client_id = $1", {call.client});
}

Json organization(Call& call, const Json& arguments) {
  return one_id(call, "Organization",
                "select organization_id from membership where organization_id = $1 and user_id = $2",
                {id_argument(arguments["id"]), call.user});
}

Json user(Call& call, const Json& arguments) {
  return one_id(call, "User", "select user_id from membership where user_id = $1 and organization_id = $2",
                {id_argument(arguments["id"]), call.organization});
}

Json app(Call& call, const Json& arguments) {
  if (!arguments["id"].is_null()) {
    return one_id(call, "App", "select id from app where id = $1 and organization_id = $2",
                  {id_argument(arguments["id"]), call.organization});
  }
  if (!arguments["identifier"].is_null()) {
    return one_id(call, "App", "select id from app where identifier = $1 and organization_id = $2",
                  {text_argument(arguments["identifier"]), call.organization});
  }
  if (arguments["clientId"].is_null()) {
    throw base::Error(base::code::kValidation, std::string("Give one of id, identifier or clientId."));
  }
  return one_id(call, "App",
                "select release.app_id from client join release on release.id = client.release_id"
                " where client.client_id = $1 and client.organization_id = $2",
                {text_argument(arguments["clientId"]), call.organization});
}

Json release(Call& call, const Json& arguments) {
  if (!arguments["id"].is_null()) {
    return one_id(call, "Release",
                  "select release.id from release join app on app.id = release.app_id"
                  " where release.id = $1 and app.organization_id = $2",
                  {id_argument(arguments["id"]), call.organization});
  }
  if (!arguments["identifier"].is_null() && !arguments["version"].is_null()) {
    return one_id(
        call, "Release",
        "select release.id from release join app on app.id = release.app_id"
        " where app.identifier = $1 and release.version = $2 and app.organization_id = $3",
        {text_argument(arguments["identifier"]), text_argument(arguments["version"]), call.organization});
  }
  if (arguments["clientId"].is_null()) {
    throw base::Error(base::code::kValidation, std::string("Give id, identifier and version, or clientId."));
  }
  return one_id(call, "Release",
                "select release_id from client where client_id = $1 and organization_id = $2",
                {text_argument(arguments["clientId"]), call.organization});
}

Json client(Call& call, const Json& arguments) {
  if (!arguments["id"].is_null()) {
    return one_id(call, "Client", "select id from client where id = $1 and organization_id = $2",
                  {id_argument(arguments["id"]), call.organization});
  }
  if (arguments["clientId"].is_null()) {
    throw base::Error(base::code::kValidation, std::string("Give id or clientId."));
  }
  return one_id(call, "Client", "select id from client where client_id = $1 and organization_id = $2",
                {text_argument(arguments["clientId"]), call.organization});
}

// The argument is a device's raw id, stored only as a hash.
Json device_by_device_id(Call& call, const Json& arguments, const std::string& device_secret) {
  const sql::Rows salt =
      call.reader->query("select device_salt from organization where id = $1", {call.organization});
  if (salt.empty()) not_found("Device");
  const std::string hash = hash_device(device_secret, salt.text(0, 0), text_argument(arguments["id"]));
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

void issue_url(Call& call, std::span<const Row> rows, const Json&, graphql::FieldOutput& out) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const Json& source : Json::parse(rows[i].text("public_sources")).items()) {
      if (source["kind"] != Json("github") || !source["url"].is_string()) continue;
      out.set(i, Cell::string(call.keep(source["url"].as_string() + "/issues/new")));
      break;
    }
  }
}

void add_context(entity::Registry& registry) {
  registry.computed["Context.roles"] = [](Call& call, std::span<const Row> rows, const Json&,
                                          graphql::FieldOutput& out) {
    set_texts(call, rows, service::call_of(call).who->claims.roles, out);
  };
  registry.computed["Context.scope"] = [](Call& call, std::span<const Row> rows, const Json&,
                                          graphql::FieldOutput& out) {
    set_texts(call, rows, service::call_of(call).who->claims.scopes, out);
  };
  // A token is for one organization, and that is the active one.
  registry.computed["Context.fitsActiveOrganization"] = [](Call&, std::span<const Row> rows, const Json&,
                                                           graphql::FieldOutput& out) {
    for_each_row(rows, out, Cell::of(true));
  };
  registry.computed["Context.memberOf"] = [](Call& call, std::span<const Row> rows, const Json& arguments,
                                             graphql::FieldOutput& out) {
    const sql::Rows membership =
        call.reader->query("select 1 from membership where user_id = $1 and organization_id = $2",
                           {call.user, id_argument(arguments["organization"])});
    for_each_row(rows, out, Cell::of(!membership.empty()));
  };
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
  registry.expressions["Client.name"] = client_name;
  registry.orderings["ClientOrdering.name"] = client_name;
  // Aliases have no name of their own; their key tells them apart.
  registry.orderings["InstanceAliasOrdering.name"] = [](entity::SqlText&, const std::string& alias,
                                                        const entity::Call&) { return alias + ".key"; };
  registry.predicates["ClientFilter.search"] = [client_name](entity::SqlText& sql, const std::string& alias,
                                                             const Json& value, const Call& call) {
    return entity::contains_folded(sql, client_name(sql, alias, call), text_argument(value));
  };
  registry.expressions["Device.nodeId"] = [](entity::SqlText&, const std::string& alias, const Call&) {
    return alias + ".device_id";
  };
  constexpr std::int64_t kOnline = 5 * 60 * 1'000'000LL;  // since the last health report
  registry.expressions["Hub.online"] = [](entity::SqlText& sql, const std::string& alias, const Call& call) {
    return fmt::format("(case when {}.last_seen_at > {} then 1 else 0 end)", alias,
                       sql.bind(call.now - kOnline));
  };
  registry.expressions["Mandate.isLive"] = mandate_is_live;
  registry.computed["Client.issueUrl"] = issue_url;
}

}  // namespace

entity::Registry graph_registry(std::function<std::string()> device_secret) {
  entity::Registry registry;
  registry.answers["Query.me"] = me;
  registry.answers["Query.mycontext"] = mycontext;
  registry.answers["Query.hallo"] = [](Call&, const Json&) { return Json("hallo"); };
  registry.answers["Query.organization"] = organization;
  registry.answers["Query.user"] = user;
  registry.answers["Query.app"] = app;
  registry.answers["Query.release"] = release;
  registry.answers["Query.client"] = client;
  registry.answers["Query.deviceByDeviceId"] = [device_secret = std::move(device_secret)](
                                                   Call& call, const Json& arguments) {
    return device_by_device_id(call, arguments, device_secret());
  };
  add_context(registry);
  add_expressions(registry);
  add_lists(registry);
  return registry;
}

}  // namespace lok
