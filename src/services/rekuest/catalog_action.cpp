// Actions: found by key and version within their app, made or changed in place.
#include <fmt/format.h>

#include <set>

#include "base/error.h"
#include "services/rekuest/catalog_rows.h"
#include "services/rekuest/catalog_steps.h"

namespace rekuest::catalog {
namespace {

using base::Json;
using Implementations = std::vector<DeclaredImplementation>;

struct StoredAction {
  std::int64_t id = 0;
  std::string hash;
};
using Actions = std::map<ActionKey, StoredAction>;

Actions read_actions(sql::Writer& writer, const Host& host, const Implementations& implementations) {
  sql::Texts keys;
  for (const DeclaredImplementation& implementation : implementations) {
    keys.values.push_back(implementation.action.id.key);
  }
  const sql::Rows rows = writer.query(
      "select id, key, version, hash from action where organization_id = $1 and app_id = $2 and key "
      "in_texts($3)",
      {host.organization, host.app, keys});
  Actions actions;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    actions[{std::string(rows.text(row, 1)), std::string(rows.text(row, 2))}] = {
        rows.integer(row, 0), std::string(rows.text(row, 3))};
  }
  return actions;
}

/// The columns that follow from the definition, in the order of `kColumns`.
constexpr std::string_view kColumns =
    "hash, name, description, kind, stateful, pure, idempotent, allow_probe, is_dev, scope, args, returns, "
    "port_groups, arg_count, return_count";

std::vector<sql::Value> values_of(const DeclaredAction& action) {
  const Json& definition = action.definition;
  const auto flag = [&definition](std::string_view member) {
    return std::int64_t{definition[member].as_bool()};
  };
  const auto count = [&definition](std::string_view member) {
    return static_cast<std::int64_t>(definition[member].items().size());
  };
  const Json& description = definition["description"];
  return {action.hash,
          definition["name"].as_string(),
          description.is_string() ? sql::Value(description.as_string()) : sql::Value(),
          definition["kind"].as_string(),
          flag("stateful"),
          flag("pure"),
          flag("idempotent"),
          flag("allow_probe"),
          flag("is_dev"),
          action.scope,
          definition["args"].dump(),
          definition["returns"].dump(),
          definition["port_groups"].dump(),
          count("args"),
          count("returns")};
}

void update_action(sql::Writer& writer, std::int64_t id, const DeclaredAction& action) {
  std::vector<sql::Value> parameters = values_of(action);
  parameters.push_back(id);
  writer.execute(
      "update action set hash = $1, name = $2, description = $3, kind = $4, stateful = $5, pure = $6,"
      " idempotent = $7, allow_probe = $8, is_dev = $9, scope = $10, args = $11, returns = $12, port_groups "
      "= $13,"
      " arg_count = $14, return_count = $15 where id = $16",
      std::move(parameters));
}

/// What the hash does not cover may have changed under an equal one.
void update_flags(sql::Writer& writer, std::int64_t id, const DeclaredAction& action) {
  const auto flag = [&action](std::string_view member) {
    return std::int64_t{action.definition[member].as_bool()};
  };
  writer.execute(
      "update action set pure = $1, idempotent = $2, allow_probe = $3, is_dev = $4 where id = $5"
      " and (pure <> $1 or idempotent <> $2 or allow_probe <> $3 or is_dev <> $4)",
      {flag("pure"), flag("idempotent"), flag("allow_probe"), flag("is_dev"), id});
}

void insert_missing(sql::Writer& writer, const Host& host, const Implementations& implementations,
                    Actions& actions) {
  BulkInsert insert(writer,
                    fmt::format("action (organization_id, app_id, key, version, defined_at, {})", kColumns),
                    " returning id, key, version");
  std::map<ActionKey, const std::string*> hashes;
  for (const DeclaredImplementation& implementation : implementations) {
    const DeclaredAction& action = implementation.action;
    if (actions.contains(action.id)) continue;
    hashes.emplace(action.id, &action.hash);
    std::vector<sql::Value> row{host.organization, host.app, action.id.key, action.id.version, host.now};
    for (sql::Value& value : values_of(action)) row.push_back(std::move(value));
    insert.add(std::move(row));
  }
  insert.finish([&](const sql::Rows& rows, std::size_t row) {
    ActionKey id{std::string(rows.text(row, 1)), std::string(rows.text(row, 2))};
    const std::string& hash = *hashes.at(id);
    actions[std::move(id)] = {rows.integer(row, 0), hash};
  });
}

std::set<std::string> texts_of(const Json& list) {
  std::set<std::string> texts;
  for (const Json& text : list.items()) texts.insert(text.as_string());
  return texts;
}

/// Protocols and collections: rows by name, linked exactly as wanted.
template <class NamesOf>
void link_names(sql::Writer& writer, const Host& host, const Implementations& implementations,
                const Actions& actions, std::string_view table, NamesOf names_of) {
  std::set<std::string> all;
  for (const DeclaredImplementation& implementation : implementations)
    all.merge(names_of(implementation.action));
  const auto ids = named_rows(writer, table, host.organization, all);
  Links links;
  for (const DeclaredImplementation& implementation : implementations) {
    std::set<std::int64_t>& targets = links[actions.at(implementation.action.id).id];
    for (const std::string& name : names_of(implementation.action)) targets.insert(ids.at(name));
  }
  set_links(writer, {fmt::format("action_{}", table), "action", std::string(table)}, links);
}

/// The actions a target of a test names.
std::set<std::int64_t> tested_actions(sql::Writer& writer, const Host& host, const Json& target) {
  const Json& hash = target["hash"];
  const Json& key = target["key"];
  std::string statement = "select action.id from action join app on app.id = action.app_id where ";
  std::vector<sql::Value> parameters{host.organization};
  if (hash.is_string()) {
    statement += "action.organization_id = $1 and action.hash = $2";
    parameters.push_back(hash.as_string());
  } else if (key.is_string()) {
    const Json& app = target["app"];
    statement += "action.organization_id = $1 and app.identifier = $2 and action.key = $3";
    parameters.push_back(app.is_string() ? app.as_string() : host.app_identifier);
    parameters.push_back(key.as_string());
    if (target["version"].is_string()) {
      statement += " and action.version = $4";
      parameters.push_back(target["version"].as_string());
    }
  } else {
    return {};
  }
  const sql::Rows rows = writer.query(statement, std::move(parameters));
  std::set<std::int64_t> ids;
  for (std::size_t row = 0; row < rows.size(); ++row) ids.insert(rows.integer(row, 0));
  return ids;
}

void link_tests(sql::Writer& writer, const Host& host, const Implementations& implementations,
                const Actions& actions, std::map<std::string, Json::Array>& diagnostics) {
  Links links;
  for (const DeclaredImplementation& implementation : implementations) {
    std::set<std::int64_t>& targets = links[actions.at(implementation.action.id).id];
    std::size_t position = 0;
    for (const Json& target : implementation.action.definition["is_test_for"].items()) {
      std::set<std::int64_t> found = tested_actions(writer, host, target);
      if (found.empty()) {
        diagnostics[implementation.interface].push_back(
            warning("unknown_test_target", "No action fits what this one tests.",
                    fmt::format("{}.definition.is_test_for[{}]", implementation.path, position)));
      }
      targets.merge(found);
      ++position;
    }
  }
  set_links(writer, {"action_test", "test", "target"}, links);
}

void rewrite_ports(sql::Writer& writer, const Host& host, const std::vector<std::int64_t>& changed,
                   const std::vector<PortOwner>& owners) {
  if (!changed.empty()) writer.execute("delete from port where action_id in_ids($1)", {sql::Ids{changed}});
  insert_ports(writer, host.organization, owners);
}

}  // namespace

std::map<ActionKey, std::int64_t> write_actions(sql::Writer& writer, const Host& host,
                                                const Implementations& implementations,
                                                std::map<std::string, Json::Array>& diagnostics) {
  Actions actions = read_actions(writer, host, implementations);
  std::vector<PortOwner> owners;
  std::vector<std::int64_t> changed;
  std::vector<const DeclaredAction*> with_new_ports;
  for (const DeclaredImplementation& implementation : implementations) {
    const DeclaredAction& action = implementation.action;
    const auto stored = actions.find(action.id);
    if (stored != actions.end() && stored->second.hash == action.hash) {
      update_flags(writer, stored->second.id, action);
      continue;
    }
    with_new_ports.push_back(&action);
    if (stored == actions.end()) continue;
    update_action(writer, stored->second.id, action);
    changed.push_back(stored->second.id);
  }
  insert_missing(writer, host, implementations, actions);
  for (const DeclaredAction* action : with_new_ports) {
    const std::int64_t id = actions.at(action->id).id;
    owners.push_back({PortOwner::Side::kArgs, id, &action->args});
    owners.push_back({PortOwner::Side::kReturns, id, &action->returns});
  }
  rewrite_ports(writer, host, changed, owners);
  link_names(writer, host, implementations, actions, "protocol", [](const DeclaredAction& action) {
    return std::set<std::string>(action.protocols.begin(), action.protocols.end());
  });
  link_names(writer, host, implementations, actions, "collection",
             [](const DeclaredAction& action) { return texts_of(action.definition["collections"]); });
  link_tests(writer, host, implementations, actions, diagnostics);

  std::map<ActionKey, std::int64_t> ids;
  for (const DeclaredImplementation& implementation : implementations) {
    ids[implementation.action.id] = actions.at(implementation.action.id).id;
  }
  return ids;
}

}  // namespace rekuest::catalog
