#include "services/rekuest/matching.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "services/rekuest/definition_units.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
using entity::SqlText;
namespace code = base::code;

/// A member in either spelling; null if it is absent.
const Json& given(const Json& value, std::string_view camel) {
  const Json* found = value.find(camel);
  return found != nullptr ? *found : value[base::snake_case(camel)];
}

/// Conditions that all must hold. Tells whether anything was asked at all.
class Conjunction {
 public:
  void add(std::string condition) { conditions_.push_back(std::move(condition)); }
  template <class... Arguments>
  void add(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    conditions_.push_back(fmt::format(format, std::forward<Arguments>(arguments)...));
  }
  bool empty() const { return conditions_.empty(); }
  std::string text() const { return fmt::format("({})", fmt::join(conditions_, " and ")); }

 private:
  std::vector<std::string> conditions_;
};

std::int64_t whole(const Json& value, std::string_view name) {
  const auto number = value.is_number() ? value.as_int64() : std::nullopt;
  if (!number) throw Error(code::kValidation, "`{}` must be a whole number.", name);
  return *number;
}

std::int64_t flag(const Json& value) { return value.as_bool() ? 1 : 0; }

/// The last value of each key.
std::map<std::string, const Json*> descriptors_of(const Json& list) {
  std::map<std::string, const Json*> descriptors;
  for (const Json& descriptor : list.items())
    descriptors[descriptor["key"].as_string()] = &descriptor["value"];
  return descriptors;
}

/// Which of a port's constraints on `key` an object whose value is `actual`
/// breaks, over the constraint row `c`. Must say what `holds` says.
std::string broken_constraint(SqlText& sql, const Json& actual) {
  const std::string same = fmt::format("c.canonical = {}", sql.bind(canonical_json(actual)));
  std::vector<std::string> elements;
  if (actual.is_array()) {
    for (const Json& element : actual.items()) elements.push_back(canonical_json(element));
  }
  const std::string contained =
      fmt::format("c.canonical in_texts({})", sql.bind(sql::Texts{std::move(elements)}));
  const auto number = actual.is_number() ? actual.as_double() : std::nullopt;
  const auto compared = [&](std::string_view comparison) {
    if (!number) return std::string("0 = 1");
    return fmt::format("coalesce({} {} c.number, 0 = 1)", sql.bind(*number), comparison);
  };
  const std::string at_least = compared(">=");
  const std::string at_most = compared("<=");
  // IN and NOT_IN have one row for each element, told together by `ordinal`.
  const std::string listed = fmt::format(
      "exists (select 1 from port_constraint e where e.port_id = c.port_id and e.ordinal = c.ordinal"
      " and e.canonical = {})",
      sql.bind(canonical_json(actual)));
  return fmt::format(
      "case c.operator"
      " when 'EXISTS' then c.canonical = 'false'"
      " when 'EQUALS' then not ({0}) when 'MATCHES' then not ({0})"
      " when 'NOT_EQUALS' then {0}"
      " when 'IN' then not ({1}) when 'NOT_IN' then {1}"
      " when 'CONTAINS' then not ({2})"
      " when 'GTE' then not ({3}) when 'LTE' then not ({4})"
      " else 1 = 1 end",
      same, listed, contained, at_least, at_most);
}

void add_descriptors(SqlText& sql, const std::string& port, const Json& list, Conjunction& all) {
  for (const auto& [key, value] : descriptors_of(list)) {
    all.add("not exists (select 1 from port_constraint c where c.port_id = {}.id and c.key = {} and {})",
            port, sql.bind(key), broken_constraint(sql, *value));
  }
}

/// What a match asks of the port row `port` itself and of its children.
std::string port_condition(SqlText& sql, const std::string& port, const Json& match, int depth) {
  constexpr int kDeepest = 16;
  if (depth > kDeepest) throw Error(code::kValidation, "Port matches are nested deeper than {}.", kDeepest);
  Conjunction all;
  for (const char* member : {"key", "kind", "identifier"}) {
    if (!match[member].is_null()) all.add("{}.{} = {}", port, member, sql.bind(match[member].as_string()));
  }
  if (!match["at"].is_null()) all.add("{}.position = {}", port, sql.bind(whole(match["at"], "at")));
  if (!match["nullable"].is_null()) all.add("{}.nullable = {}", port, sql.bind(flag(match["nullable"])));
  if (!match["dimension"].is_null()) {
    const std::string& dimension = match["dimension"].as_string();
    all.add("{}.dimension = {}", port, sql.bind(canonical_dimension(dimension).value_or(dimension)));
  }
  if (match["descriptors"].is_array()) add_descriptors(sql, port, match["descriptors"], all);
  if (match["children"].is_array()) {
    const std::string child = fmt::format("port_{}", depth + 1);
    for (const Json& wanted : match["children"].items()) {
      const std::string inside = port_condition(sql, child, wanted, depth + 1);
      all.add("exists (select 1 from port {0} where {0}.parent_id = {1}.id and {2})", child, port, inside);
    }
  }
  return all.empty() ? "1 = 1" : all.text();
}

void check_root_match(const Json& match) {
  if (!match["descriptors"].is_array() || match["descriptors"].items().empty()) return;
  for (const char* member : {"at", "key", "kind", "identifier", "dimension"}) {
    if (!match[member].is_null()) return;
  }
  throw Error(
      code::kValidation,
      "A match by descriptors must also narrow structurally: give `kind`, `identifier`, `key`, `at` or "
      "`dimension`.");
}

/// One root port of `owner` (a condition over the port row `port_0`) matches.
std::string root_match(SqlText& sql, const std::string& owner, const Json& match) {
  check_root_match(match);
  return fmt::format("exists (select 1 from port port_0 where {} and port_0.parent_id is null and {})", owner,
                     port_condition(sql, "port_0", match, 0));
}

std::string owned_by(const std::string& action, std::string_view side) {
  return fmt::format("port_0.action_id = {}.id and port_0.side = '{}'", action, side);
}

void add_count(SqlText& sql, const std::string& owner, std::string_view which, const Json& wanted,
               std::string_view name, Conjunction& all) {
  if (wanted.is_null()) return;
  all.add("(select count(*) from port port_0 where {} and port_0.parent_id is null and {}) = {}", owner,
          which, sql.bind(whole(wanted, name)));
}

void add_matches(SqlText& sql, const std::string& owner, const Json& matches, Conjunction& all) {
  if (!matches.is_array()) return;
  for (const Json& match : matches.items()) all.add(root_match(sql, owner, match));
}

void add_length(SqlText& sql, const std::string& action, std::string_view column, const Json& wanted,
                std::string_view name, Conjunction& all) {
  if (!wanted.is_null()) all.add("{}.{} = {}", action, column, sql.bind(whole(wanted, name)));
}

[[noreturn]] void nothing_asked() {
  throw Error(code::kValidation, "No search params provided: the demand is empty.");
}

}  // namespace

std::string port_demands_condition(SqlText& sql, const std::string& action, const Json& demands) {
  if (!demands.is_array() || demands.items().empty()) return "";
  Conjunction all;
  for (const Json& demand : demands.items()) {
    const std::string& side = demand["kind"].as_string();
    const std::string owner = owned_by(action, side == "RETURNS" ? "RETURNS" : "ARGS");
    const std::string_view count = side == "RETURNS" ? "return_count" : "arg_count";
    add_matches(sql, owner, demand["matches"], all);
    add_length(sql, action, count, given(demand, "forceLength"), "forceLength", all);
    add_count(sql, owner, "port_0.nullable = 0", given(demand, "forceNonNullableLength"),
              "forceNonNullableLength", all);
    add_count(sql, owner, "port_0.kind = 'STRUCTURE'", given(demand, "forceStructureLength"),
              "forceStructureLength", all);
  }
  if (all.empty()) nothing_asked();
  return all.text();
}

std::string action_demand_condition(SqlText& sql, const std::string& action, const Json& demand) {
  Conjunction all;
  const Json& hash = demand["hash"];
  if (hash.is_string() && !hash.as_string().empty()) {
    return fmt::format("{}.hash = {}", action, sql.bind(hash.as_string()));
  }
  for (const char* member : {"key", "version", "name"}) {
    if (!demand[member].is_null())
      all.add("{}.{} = {}", action, member, sql.bind(demand[member].as_string()));
  }
  if (!demand["app"].is_null()) {
    all.add("exists (select 1 from app where app.id = {}.app_id and app.identifier = {})", action,
            sql.bind(demand["app"].as_string()));
  }
  add_matches(sql, owned_by(action, "ARGS"), given(demand, "argMatches"), all);
  add_matches(sql, owned_by(action, "RETURNS"), given(demand, "returnMatches"), all);
  add_length(sql, action, "arg_count", given(demand, "forceArgLength"), "forceArgLength", all);
  add_length(sql, action, "return_count", given(demand, "forceReturnLength"), "forceReturnLength", all);
  if (demand["protocols"].is_array()) {
    for (const Json& protocol : demand["protocols"].items()) {
      all.add(
          "exists (select 1 from action_protocol join protocol on protocol.id = action_protocol.protocol_id"
          " where action_protocol.action_id = {}.id and protocol.name = {})",
          action, sql.bind(protocol.as_string()));
    }
  }
  for (const char* member : {"pure", "idempotent", "stateful"}) {
    if (!demand[member].is_null()) all.add("{}.{} = {}", action, member, sql.bind(flag(demand[member])));
  }
  if (all.empty()) nothing_asked();
  return all.text();
}

std::string state_demand_condition(SqlText& sql, const std::string& state, const Json& demand) {
  Conjunction all;
  if (!demand["key"].is_null()) all.add("{}.key = {}", state, sql.bind(demand["key"].as_string()));
  if (!demand["app"].is_null()) all.add("{}.app_identifier = {}", state, sql.bind(demand["app"].as_string()));
  if (!demand["hash"].is_null()) {
    all.add(
        "exists (select 1 from state_definition where state_definition.id = {}.definition_id"
        " and state_definition.hash = {})",
        state, sql.bind(demand["hash"].as_string()));
  }
  add_matches(sql, fmt::format("port_0.definition_id = {}.definition_id", state), demand["matches"], all);
  if (all.empty()) nothing_asked();
  return all.text();
}

}  // namespace rekuest
