#include "services/rekuest/matching.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <vector>

#include "base/error.h"
#include "services/rekuest/definition_units.h"
#include "services/rekuest/schema/port.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
using entity::SqlText;
using schema::ActionDemandInput;
using schema::DescriptorInput;
using schema::PortDemandInput;
using schema::PortMatchInput;
using schema::StateDemandInput;
namespace code = base::code;

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

std::int64_t flag(bool value) { return value ? 1 : 0; }

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

/// The last value of each key counts.
void add_descriptors(SqlText& sql, const std::string& port, const std::vector<DescriptorInput>& list,
                     Conjunction& all) {
  std::map<std::string, const Json*> descriptors;
  for (const DescriptorInput& descriptor : list) descriptors[descriptor.key] = &descriptor.value;
  for (const auto& [key, value] : descriptors) {
    all.add("not exists (select 1 from port_constraint c where c.port_id = {}.id and c.key = {} and {})",
            port, sql.bind(key), broken_constraint(sql, *value));
  }
}

/// What a match asks of the port row `port` itself and of its children.
std::string port_condition(SqlText& sql, const std::string& port, const PortMatchInput& match, int depth) {
  constexpr int kDeepest = 16;
  if (depth > kDeepest) throw Error(code::kValidation, "Port matches are nested deeper than {}.", kDeepest);
  Conjunction all;
  if (match.key) all.add("{}.key = {}", port, sql.bind(*match.key));
  if (match.kind) all.add("{}.kind = {}", port, sql.bind(std::string(entity::text_of(*match.kind))));
  if (match.identifier) all.add("{}.identifier = {}", port, sql.bind(*match.identifier));
  if (match.at) all.add("{}.position = {}", port, sql.bind(*match.at));
  if (match.nullable) all.add("{}.nullable = {}", port, sql.bind(flag(*match.nullable)));
  if (match.dimension) {
    all.add("{}.dimension = {}", port,
            sql.bind(canonical_dimension(*match.dimension).value_or(*match.dimension)));
  }
  if (match.descriptors) add_descriptors(sql, port, *match.descriptors, all);
  if (match.children) {
    const std::string child = fmt::format("port_{}", depth + 1);
    for (const PortMatchInput& wanted : *match.children) {
      const std::string inside = port_condition(sql, child, wanted, depth + 1);
      all.add("exists (select 1 from port {0} where {0}.parent_id = {1}.id and {2})", child, port, inside);
    }
  }
  return all.empty() ? "1 = 1" : all.text();
}

void check_root_match(const PortMatchInput& match) {
  if (!match.descriptors || match.descriptors->empty()) return;
  if (match.at || match.key || match.kind || match.identifier || match.dimension) return;
  throw Error(
      code::kValidation,
      "A match by descriptors must also narrow structurally: give `kind`, `identifier`, `key`, `at` or "
      "`dimension`.");
}

/// One root port of `owner` (a condition over the port row `port_0`) matches.
std::string root_match(SqlText& sql, const std::string& owner, const PortMatchInput& match) {
  check_root_match(match);
  return fmt::format("exists (select 1 from port port_0 where {} and port_0.parent_id is null and {})", owner,
                     port_condition(sql, "port_0", match, 0));
}

std::string owned_by(const std::string& action, std::string_view side) {
  return fmt::format("port_0.action_id = {}.id and port_0.side = '{}'", action, side);
}

void add_count(SqlText& sql, const std::string& owner, std::string_view which,
               std::optional<std::int64_t> wanted, Conjunction& all) {
  if (!wanted) return;
  all.add("(select count(*) from port port_0 where {} and port_0.parent_id is null and {}) = {}", owner,
          which, sql.bind(*wanted));
}

void add_matches(SqlText& sql, const std::string& owner,
                 const std::optional<std::vector<PortMatchInput>>& matches, Conjunction& all) {
  if (!matches) return;
  for (const PortMatchInput& match : *matches) all.add(root_match(sql, owner, match));
}

template <class Value>
void add_equal(SqlText& sql, const std::string& row, std::string_view column,
               const std::optional<Value>& wanted, Conjunction& all) {
  if (wanted) all.add("{}.{} = {}", row, column, sql.bind(*wanted));
}

void add_flag(SqlText& sql, const std::string& row, std::string_view column, std::optional<bool> wanted,
              Conjunction& all) {
  if (wanted) all.add("{}.{} = {}", row, column, sql.bind(flag(*wanted)));
}

[[noreturn]] void nothing_asked() {
  throw Error(code::kValidation, "No search params provided: the demand is empty.");
}

}  // namespace

std::string port_demands_condition(SqlText& sql, const std::string& action,
                                   const std::vector<PortDemandInput>& demands) {
  if (demands.empty()) return "";
  Conjunction all;
  for (const PortDemandInput& demand : demands) {
    const bool returns = demand.kind == schema::DemandKind::kReturns;
    const std::string owner = owned_by(action, returns ? "RETURNS" : "ARGS");
    add_matches(sql, owner, demand.matches, all);
    add_equal(sql, action, returns ? "return_count" : "arg_count", demand.force_length, all);
    add_count(sql, owner, "port_0.nullable = 0", demand.force_non_nullable_length, all);
    add_count(sql, owner, "port_0.kind = 'STRUCTURE'", demand.force_structure_length, all);
  }
  if (all.empty()) nothing_asked();
  return all.text();
}

std::string action_demand_condition(SqlText& sql, const std::string& action,
                                    const ActionDemandInput& demand) {
  if (demand.hash && !demand.hash->empty())
    return fmt::format("{}.hash = {}", action, sql.bind(*demand.hash));
  Conjunction all;
  add_equal(sql, action, "key", demand.key, all);
  add_equal(sql, action, "version", demand.version, all);
  add_equal(sql, action, "name", demand.name, all);
  if (demand.app) {
    all.add("exists (select 1 from app where app.id = {}.app_id and app.identifier = {})", action,
            sql.bind(*demand.app));
  }
  add_matches(sql, owned_by(action, "ARGS"), demand.arg_matches, all);
  add_matches(sql, owned_by(action, "RETURNS"), demand.return_matches, all);
  add_equal(sql, action, "arg_count", demand.force_arg_length, all);
  add_equal(sql, action, "return_count", demand.force_return_length, all);
  for (const std::string& protocol : demand.protocols.value_or(std::vector<std::string>())) {
    all.add(
        "exists (select 1 from action_protocol join protocol on protocol.id = action_protocol.protocol_id"
        " where action_protocol.action_id = {}.id and protocol.name = {})",
        action, sql.bind(protocol));
  }
  add_flag(sql, action, "pure", demand.pure, all);
  add_flag(sql, action, "idempotent", demand.idempotent, all);
  add_flag(sql, action, "stateful", demand.stateful, all);
  if (all.empty()) nothing_asked();
  return all.text();
}

std::string state_demand_condition(SqlText& sql, const std::string& state, const StateDemandInput& demand) {
  Conjunction all;
  add_equal(sql, state, "key", demand.key, all);
  add_equal(sql, state, "app_identifier", demand.app, all);
  if (demand.hash) {
    all.add(
        "exists (select 1 from state_definition where state_definition.id = {}.definition_id"
        " and state_definition.hash = {})",
        state, sql.bind(*demand.hash));
  }
  add_matches(sql, fmt::format("port_0.definition_id = {}.definition_id", state), demand.matches, all);
  if (all.empty()) nothing_asked();
  return all.text();
}

}  // namespace rekuest
