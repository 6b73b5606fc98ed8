#include "services/rekuest/assign.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "entity/lookup.h"
#include "services/rekuest/arguments.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/registration.h"

namespace rekuest {
namespace {

using base::Error;
namespace code = base::code;

std::optional<std::int64_t> id_of(const base::Json& input, std::string_view member) {
  const base::Json& value = input[member];
  if (value.is_null()) return std::nullopt;
  const auto id = entity::row_id(value.as_string());
  if (!id) throw Error(code::kNotFound, "No {} with the id {}.", member, value.dump());
  return id;
}

// Leaves room for the frame around them.
constexpr std::size_t kMaxArguments = kMaxFrameToAgent - 16 * 1024;

struct Target {
  std::int64_t implementation = 0;
  std::int64_t action = 0;
  std::int64_t agent = 0;
  base::Json arg_ports;
  base::Json features;
};

constexpr std::string_view kTargetColumns =
    "select i.id, i.action_id, i.agent_id, a.args, g.features, g.declared_name, g.blocked, "
    " case when {} then 1 else 0 end"
    " from implementation i join action a on a.id = i.action_id join agent g on g.id = i.agent_id"
    " where g.organization_id = {} and ";

Target target_at(const sql::Rows& rows, std::size_t row) {
  return {rows.integer(row, 0), rows.integer(row, 1), rows.integer(row, 2),
          base::Json::parse(rows.text(row, 3)), base::Json::parse(rows.text(row, 4))};
}

// One implementation the caller named: its agent must be there.
Target named_target(sql::Writer& writer, const AssignCaller& caller, const std::string& condition,
                    std::vector<sql::Value> values, std::string_view what) {
  std::vector<sql::Value> parameters{caller.now - kStaleMicros, caller.who->rows.organization};
  parameters.insert(parameters.end(), values.begin(), values.end());
  const sql::Rows rows = writer.query(
      fmt::format(fmt::runtime(kTargetColumns), available_condition("g", "$1"), "$2") + condition,
      parameters);
  if (rows.empty()) throw Error(code::kNotFound, "No implementation {}.", what);
  if (rows.integer(0, 7) == 0) {
    throw Error(code::kValidation, "Agent is not available: {} is {}. Start the app that offers it.",
                rows.text(0, 5), rows.integer(0, 6) != 0 ? "blocked" : "not connected");
  }
  return target_at(rows, 0);
}

// Any available implementation of an action: the agent with the fewest open
// tasks, then the lowest id.
Target least_busy(sql::Writer& writer, const AssignCaller& caller, const std::string& condition,
                  std::vector<sql::Value> values) {
  std::vector<sql::Value> parameters{caller.now - kStaleMicros, caller.who->rows.organization};
  parameters.insert(parameters.end(), values.begin(), values.end());
  const std::string available = available_condition("g", "$1");
  const sql::Rows rows = writer.query(
      fmt::format(fmt::runtime(kTargetColumns), available, "$2") + condition + " and " + available +
          " order by (select count(*) from task t where t.agent_id = g.id and t.is_done = 0), i.id limit 1",
      parameters);
  if (rows.empty()) return {};
  return target_at(rows, 0);
}

std::string action_name(sql::Writer& writer, const AssignCaller& caller, const base::Json& input) {
  const bool by_id = !input["action"].is_null();
  const sql::Rows rows =
      by_id ? writer.query("select name from action where id = $1 and organization_id = $2",
                           {*id_of(input, "action"), caller.who->rows.organization})
            : writer.query("select name from action where hash = $1 and organization_id = $2",
                           {input["actionHash"].as_string(), caller.who->rows.organization});
  if (rows.empty()) throw Error(code::kNotFound, std::string("No action with that id or hash."));
  return std::string(rows.text(0, 0));
}

Target choose_target(sql::Writer& writer, const AssignCaller& caller, const base::Json& input) {
  const auto agent = id_of(input, "agent");
  if (const auto implementation = id_of(input, "implementation")) {
    return named_target(writer, caller, "i.id = $3", {*implementation}, "with that id");
  }
  if (agent && !input["interface"].is_null()) {
    const std::string& interface = input["interface"].as_string();
    return named_target(writer, caller, "g.id = $3 and i.interface = $4", {*agent, interface},
                        fmt::format("'{}' on that agent", interface));
  }
  if (input["action"].is_null() && input["actionHash"].is_null()) {
    throw Error(
        code::kValidation,
        std::string("You need to provide an `implementation`, `agent` and `interface`, an `action` or an "
                    "`actionHash`."));
  }
  std::string condition = input["action"].is_null() ? "a.hash = $3" : "a.id = $3";
  std::vector<sql::Value> values;
  if (input["action"].is_null()) {
    values.emplace_back(input["actionHash"].as_string());
  } else {
    values.emplace_back(*id_of(input, "action"));
  }
  if (agent) {
    condition += " and g.id = $4";
    values.emplace_back(*agent);
  }
  Target target = least_busy(writer, caller, condition, std::move(values));
  if (target.implementation == 0) {
    throw Error(code::kValidation,
                "No active implementation found for action {}. Start the app that offers it.",
                action_name(writer, caller, input));
  }
  return target;
}

void check_supported(const base::Json& input, const Target& target) {
  const auto given = [&](std::string_view member) {
    const base::Json& value = input[member];
    return !value.is_null() && !(value.is_array() && value.items().empty());
  };
  if (given("dependencies") || given("resolution")) {
    throw Error(code::kNotImplemented, std::string("Choosing dependencies is not built yet."));
  }
  if (given("hooks")) throw Error(code::kNotImplemented, std::string("Hooks are not built yet."));
  if (given("notBefore")) throw Error(code::kNotImplemented, std::string("Delayed tasks are not built yet."));
  if (!input["args"].is_object()) throw Error(code::kValidation, std::string("`args` must be an object."));
  if (!given("stateRequires")) return;
  for (const base::Json& feature : target.features.items()) {
    if (feature.is_string() && feature.as_string() == "state_requires") return;
  }
  throw Error(code::kValidation,
              std::string("The agent does not check `stateRequires`. Update the app's client."));
}

std::optional<std::int64_t> existing_task(sql::Writer& writer, std::int64_t caller,
                                          const std::string& reference) {
  const sql::Rows rows =
      writer.query("select id from task where caller_id = $1 and reference = $2", {caller, reference});
  if (rows.empty()) return std::nullopt;
  return rows.integer(0, 0);
}

}  // namespace

std::string available_condition(const std::string& alias, const std::string& stale) {
  return fmt::format(
      "({0}.blocked = 0 and ({0}.kind = 'WEBHOOK' or ({0}.connected = 1 and {0}.last_seen > {1})))", alias,
      stale);
}

Assigned assign_task(sql::Writer& writer, const AssignCaller& caller, const base::Json& input) {
  const std::int64_t caller_row = ensure_caller(writer, registrant_of(*caller.who));
  const std::string reference =
      input["reference"].is_string() ? input["reference"].as_string() : base::uuid4();
  Assigned assigned;
  if (const auto existing = existing_task(writer, caller_row, reference)) {
    assigned.task = *existing;
    return assigned;
  }
  const Target target = choose_target(writer, caller, input);
  check_supported(input, target);
  const base::Json& arguments = input["args"];
  const std::string arguments_text = arguments.dump();
  if (arguments_text.size() > kMaxArguments) {
    throw Error(
        code::kValidation,
        std::string("The arguments are larger than an agent can be sent (1 MiB). Upload large data and pass "
                    "a reference to it."));
  }
  const auto flag = [&](std::string_view member) -> std::int64_t {
    return input[member].is_bool() && input[member].as_bool() ? 1 : 0;
  };
  base::Json objects = base::Json::array();
  for (const std::string& object : acted_on(target.arg_ports, arguments)) objects.push_back(object);
  assigned.agent = target.agent;
  assigned.task = writer.insert(
      "insert into task (organization_id, action_id, implementation_id, agent_id, caller_id, reference, args,"
      " args_hash, acted_on, capture, step, policy, state_requires, created_at, updated_at)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14) returning id",
      {caller.who->rows.organization, target.action, target.implementation, target.agent, caller_row,
       reference, arguments_text, arguments_hash(arguments), objects.dump(), flag("capture"), flag("step"),
       input["policy"].is_string() ? input["policy"].as_string() : std::string("ASK"),
       (input["stateRequires"].is_array() ? input["stateRequires"].dump() : std::string("[]")), caller.now});
  for (const base::Json& object : objects.items()) {
    writer.execute("insert into task_object (task_id, object) values ($1, $2) on conflict do nothing",
                   {assigned.task, object.as_string()});
  }
  writer.execute(
      "insert into task_instruct (task_id, kind, caller_id, created_at) values ($1, 'ASSIGN', $2, $3)",
      {assigned.task, caller_row, caller.now});
  assigned.frame = load_assign(writer, assigned.task);
  TaskNotice created{caller_row, true, task_change(writer, assigned.task), {}};
  TaskState task;
  task.id = assigned.task;
  task.organization = caller.who->rows.organization;
  task.agent = target.agent;
  task.caller = caller_row;
  task.caller_user = caller.who->rows.user;
  NewEvent queued;
  queued.kind = "QUEUED";
  assigned.notices.push_back(std::move(created));
  assigned.notices.push_back(append_event(writer, task, queued, caller.now, false));
  return assigned;
}

}  // namespace rekuest
