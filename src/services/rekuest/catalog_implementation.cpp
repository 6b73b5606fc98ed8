// Implementations of one agent, with what hangs on them.
#include <fmt/format.h>

#include <set>

#include "services/rekuest/catalog_rows.h"
#include "services/rekuest/catalog_steps.h"

namespace rekuest::catalog {
namespace {

using base::Json;

struct StoredImplementation {
  std::int64_t id = 0;
  std::int64_t action = 0;
  bool is_wrapper = false;
  std::string fingerprint;  ///< of everything a declaration sets
};

/// The columns a declaration sets, in the order `values_of` gives them.
constexpr std::string_view kColumns =
    "action_id, release_id, params, tracks, needs_token, provenance_audience, effects, execution, code_hash, "
    "diagnostics";
constexpr std::size_t kColumnCount = 10;

std::string fingerprint_of(const std::vector<sql::Value>& values) {
  std::string text;
  for (const sql::Value& value : values) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) text += std::to_string(*number);
    if (const auto* string = std::get_if<std::string>(&value)) text += "=" + *string;
    text += '\n';
  }
  return text;
}

std::map<std::string, StoredImplementation> read_implementations(sql::Writer& writer, std::int64_t agent) {
  const sql::Rows rows = writer.query(
      fmt::format("select id, interface, higher_order_for_id, {} from implementation where agent_id = $1",
                  kColumns),
      {agent});
  std::map<std::string, StoredImplementation> stored;
  constexpr std::size_t kFirst = 3;
  // Numbers are action_id, release_id and needs_token.
  const std::set<std::size_t> numbers{0, 1, 4};
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::vector<sql::Value> values;
    for (std::size_t i = 0; i < kColumnCount; ++i) {
      if (rows.is_null(row, kFirst + i)) {
        values.emplace_back();
      } else if (numbers.contains(i)) {
        values.emplace_back(rows.integer(row, kFirst + i));
      } else {
        values.emplace_back(std::string(rows.text(row, kFirst + i)));
      }
    }
    stored[std::string(rows.text(row, 1))] = {rows.integer(row, 0), rows.integer(row, kFirst),
                                              !rows.is_null(row, 2), fingerprint_of(values)};
  }
  return stored;
}

std::vector<sql::Value> values_of(const DeclaredImplementation& implementation, std::int64_t action,
                                  const Host& host, const Json::Array& diagnostics) {
  const Json& declared = implementation.declared;
  const Json& params = declared["params"];
  const Json& tracks = declared["tracks"];
  const Json& code_hash = declared["code_hash"];
  const auto& audience = implementation.provenance_audience;
  return {action,
          host.release,
          params.is_null() ? std::string("{}") : params.dump(),
          tracks.is_null() ? std::string("[]") : tracks.dump(),
          std::int64_t{declared["needs_token"].as_bool()},
          audience ? sql::Value(*audience) : sql::Value(),
          declared["effects"].as_string(),
          declared["execution"].as_string(),
          code_hash.is_string() ? sql::Value(code_hash.as_string()) : sql::Value(),
          Json(diagnostics).dump()};
}

/// Warns of states that an implementation says it writes and nobody declares.
void check_manipulated(const DeclaredImplementation& implementation, const Ids& states,
                       Json::Array& diagnostics) {
  const Json& manipulates = implementation.declared["manipulates"];
  if (!manipulates.is_array()) return;
  std::size_t position = 0;
  for (const Json& interface : manipulates.items()) {
    const std::string path = fmt::format("{}.manipulates[{}]", implementation.path, position++);
    if (states.contains(interface.as_string())) continue;
    diagnostics.push_back(warning(
        "unknown_state", fmt::format("The agent declares no state `{}`.", interface.as_string()), path));
  }
}

std::set<std::int64_t> ids_named(const Json& names, const Ids& ids) {
  std::set<std::int64_t> found;
  if (!names.is_array()) return found;
  for (const Json& name : names.items()) {
    if (const auto it = ids.find(name.as_string()); it != ids.end()) found.insert(it->second);
  }
  return found;
}

/// Actions nobody implements and no task remembers any more.
void delete_orphans(sql::Writer& writer, std::vector<std::int64_t> actions) {
  if (actions.empty()) return;
  writer.execute(
      "delete from action where id in_ids($1)"
      " and not exists (select 1 from implementation where implementation.action_id = action.id)"
      " and not exists (select 1 from task where task.action_id = action.id)",
      {sql::Ids{std::move(actions)}});
}

class Reconciliation {
 public:
  Reconciliation(sql::Writer& writer, const Host& host, const ImplementationContext& context,
                 Registration& registration)
      : writer_(writer), host_(host), context_(context), registration_(registration) {}

  void run(const std::vector<DeclaredImplementation>& implementations) {
    stored_ = read_implementations(writer_, host_.agent);
    reap(implementations);
    for (const DeclaredImplementation& implementation : implementations) write(implementation);
    write_params();
    set_links(writer_, {"implementation_lock", "implementation", "lock"}, locks_);
    set_links(writer_, {"implementation_state", "implementation", "state"}, states_);
    reconcile_dependencies(writer_, dependencies_);
    delete_orphans(writer_, std::move(left_actions_));
  }

 private:
  void reap(const std::vector<DeclaredImplementation>& implementations) {
    std::set<std::string> declared;
    for (const DeclaredImplementation& implementation : implementations)
      declared.insert(implementation.interface);
    for (const auto& [interface, stored] : stored_) {
      // Wrappers are hosted here by whoever made them, not declared.
      if (!declared.contains(interface) && !stored.is_wrapper) {
        registration_.implementations_deleted.push_back(stored.id);
      }
    }
    delete_rows(writer_, "implementation", registration_.implementations_deleted);
  }

  void write(const DeclaredImplementation& implementation) {
    Json::Array& diagnostics = context_.diagnostics[implementation.interface];
    check_manipulated(implementation, context_.states, diagnostics);
    const std::int64_t action = context_.actions.at(implementation.action.id);
    const std::int64_t id =
        upsert(implementation.interface, action, values_of(implementation, action, host_, diagnostics));
    locks_[id] = ids_named(implementation.declared["locks"], context_.locks);
    states_[id] = ids_named(implementation.declared["manipulates"], context_.states);
    dependencies_[id] = &implementation.declared["dependencies"];
    params_[id] = &implementation.declared["params"];
  }

  /// What filters may ask of the parameters of implementations that changed.
  void write_params() {
    sql::Ids changed{registration_.implementations_updated};
    if (!changed.values.empty()) {
      writer_.execute("delete from implementation_param where implementation_id in_ids($1)", {changed});
    }
    const auto& created = registration_.implementations_created;
    changed.values.insert(changed.values.end(), created.begin(), created.end());
    BulkInsert insert(writer_, "implementation_param (implementation_id, key, value)");
    for (const std::int64_t id : changed.values) {
      if (!params_.at(id)->is_object()) continue;
      for (const auto& [key, value] : params_.at(id)->members()) {
        if (value.is_string()) insert.add({id, key, value.as_string()});
      }
    }
    insert.finish();
  }

  std::int64_t upsert(const std::string& interface, std::int64_t action, std::vector<sql::Value> values) {
    const auto stored = stored_.find(interface);
    if (stored == stored_.end()) {
      values.insert(values.end(), {host_.agent, interface, host_.now});
      const std::int64_t id = writer_.insert(
          fmt::format("insert into implementation ({}, agent_id, interface, created_at, updated_at)"
                      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13) returning id",
                      kColumns),
          std::move(values));
      registration_.implementations_created.push_back(id);
      return id;
    }
    const std::int64_t id = stored->second.id;
    if (stored->second.fingerprint == fingerprint_of(values)) return id;
    if (stored->second.action != action) left_actions_.push_back(stored->second.action);
    values.insert(values.end(), {host_.now, id});
    writer_.execute(
        "update implementation set action_id = $1, release_id = $2, params = $3, tracks = $4, needs_token = "
        "$5,"
        " provenance_audience = $6, effects = $7, execution = $8, code_hash = $9, diagnostics = $10,"
        " updated_at = $11 where id = $12",
        std::move(values));
    registration_.implementations_updated.push_back(id);
    return id;
  }

  sql::Writer& writer_;
  const Host& host_;
  const ImplementationContext& context_;
  Registration& registration_;
  std::map<std::string, StoredImplementation> stored_;
  Links locks_;
  Links states_;
  std::map<std::int64_t, const Json*> dependencies_;
  std::map<std::int64_t, const Json*> params_;
  std::vector<std::int64_t> left_actions_;
};

}  // namespace

void reconcile_implementations(sql::Writer& writer, const Host& host,
                               const std::vector<DeclaredImplementation>& implementations,
                               const ImplementationContext& context, Registration& registration) {
  Reconciliation(writer, host, context, registration).run(implementations);
}

}  // namespace rekuest::catalog
