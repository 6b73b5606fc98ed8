#include "services/rekuest/state_revision.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "entity/lookup.h"
#include "services/rekuest/dependencies.h"
#include "services/rekuest/dependency_rows.h"
#include "services/rekuest/frame.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

// A path is a JSON pointer; the slash before it may be left out.
bool touches(std::string_view changed, std::string_view watched) {
  const auto bare = [](std::string_view path) { return path.starts_with('/') ? path.substr(1) : path; };
  const auto is_at_or_below = [](std::string_view path, std::string_view other) {
    return other.empty() || path == other || (path.starts_with(other) && path[other.size()] == '/');
  };
  changed = bare(changed);
  watched = bare(watched);
  return is_at_or_below(changed, watched) || is_at_or_below(watched, changed);
}

class Guard {
 public:
  Guard(sql::Writer& writer, TaskLedger& ledger, const JournalAgent& from, const Json& request,
        std::int64_t now)
      : writer_(writer), from_(from), request_(request), now_(now) {
    const auto id = entity::row_id(text_member(request, "parent").value_or(""));
    parent_ = id ? ledger.find(*id) : nullptr;
    if (parent_ == nullptr || parent_->agent != from.agent) {
      throw Error(code::kValidation, std::string("Only the agent that runs the parent task may ask for it."));
    }
    dependency_ = text_member(request, "dependency").value_or("");
    state_ = text_member(request, "state").value_or("");
  }

  Json::Object answer() {
    const sql::Ids states = watched_states();
    const Json& since = request_["since"];
    if (since.is_null()) return {{"revision", Json::object({{"states", revisions(states)}})}};
    const auto detail = what_changed(states, since);
    return {{"changed", detail.has_value()}, {"detail", sql::json_or_null(detail)}};
  }

 private:
  // One of every agent that serves the dependency and has it.
  sql::Ids watched_states() {
    const sql::Rows rows = writer_.query("select dependencies from task where id = $1", {parent_->id});
    DependencyRows declared(writer_, from_.organization, now_);
    sql::Ids states;
    for (const DeclaredDependency& one : declared.of(parent_->implementation)) {
      if (one.key != dependency_) continue;
      for (const Json& slot : one.states.items()) {
        if (slot["key"].as_string() != state_) continue;
        const DependencyRows::ByAgent& found = declared.states_for(slot);
        for (const std::int64_t agent : mapped_agents(Json::parse(rows.text(0, 0)), dependency_)) {
          if (const auto state = found.find(agent); state != found.end())
            states.values.push_back(state->second);
        }
      }
    }
    if (states.values.empty()) {
      throw Error(code::kValidation, "The task has no dependency '{}' with a state '{}'.", dependency_,
                  state_);
    }
    return states;
  }

  // Where each state stands in the newest session of its agent.
  Json revisions(const sql::Ids& states) {
    const sql::Rows rows = writer_.query(
        "select s.id, x.session_id, (select max(p.global_rev) from patch p where p.state_id = s.id"
        " and p.session_id = x.id) from state s"
        " left join session x on x.id = (select max(n.id) from session n where n.agent_id = s.agent_id)"
        " where s.id in_ids($1) order by s.id",
        {states});
    Json list = Json::array();
    for (std::size_t row = 0; row < rows.size(); ++row) {
      list.push_back(Json::object({{"state", std::to_string(rows.integer(row, 0))},
                                   {"session", sql::json_or_null(sql::optional_text(rows, row, 1))},
                                   {"global_rev", sql::optional_integer(rows, row, 2).value_or(0)}}));
    }
    return list;
  }

  std::optional<std::string> what_changed(const sql::Ids& states, const Json& since) {
    if (!since["states"].is_array()) {
      throw Error(code::kValidation, std::string("`since` is no revision that this server gave."));
    }
    const Json now = revisions(states);
    for (const Json& before : since["states"].items()) {
      const auto same = std::find_if(now.items().begin(), now.items().end(),
                                     [&](const Json& one) { return one["state"] == before["state"]; });
      if (same == now.items().end()) {
        return fmt::format("'{}' of '{}' is no longer there.", state_, dependency_);
      }
      if ((*same)["session"] != before["session"]) {
        return fmt::format("'{}' of '{}' was set up again: its agent was restarted.", state_, dependency_);
      }
      if (auto path = changed_path(before)) {
        return fmt::format("'{}' of '{}' was changed at '{}'.", state_, dependency_, *path);
      }
    }
    return std::nullopt;
  }

  // By anything but the tree that the parent belongs to.
  std::optional<std::string> changed_path(const Json& before) {
    const std::int64_t root = parent_->root == 0 ? parent_->id : parent_->root;
    const sql::Rows rows = writer_.query(
        "select distinct p.path from patch p join session x on x.id = p.session_id"
        " left join task t on t.id = p.task_id where p.state_id = $1 and x.session_id = $2 and p.global_rev "
        "> $3"
        " and (t.id is null or coalesce(t.root_id, t.id) <> $4) order by p.path",
        {entity::row_id(before["state"].as_string()).value_or(0), text_member(before, "session").value_or(""),
         before["global_rev"].as_int64().value_or(0), root});
    const Json& paths = request_["paths"];
    const bool whole = !paths.is_array() || paths.items().empty();
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const bool watched =
          whole || std::any_of(paths.items().begin(), paths.items().end(), [&](const Json& path) {
            return path.is_string() && touches(rows.text(row, 0), path.as_string());
          });
      if (watched) return std::string(rows.text(row, 0));
    }
    return std::nullopt;
  }

  sql::Writer& writer_;
  const JournalAgent& from_;
  const Json& request_;
  const std::int64_t now_;
  TaskState* parent_ = nullptr;
  std::string dependency_, state_;
};

}  // namespace

void answer_state_revision(sql::Writer& writer, TaskLedger& ledger, const JournalAgent& from,
                           const Json& request, std::int64_t now, Outcome& out) {
  Json::Object members{{"request", request["id"]}};
  try {
    Json::Object answer = Guard(writer, ledger, from, request, now).answer();
    std::move(answer.begin(), answer.end(), std::back_inserter(members));
  } catch (const Error& error) {
    // What the database refused has failed the whole body; the rest is an answer.
    if (error.code() != code::kValidation) throw;
    members.emplace_back("error", error.message());
  }
  out.messages.push_back(
      {from.agent, 0, "STATE_REVISION_RESPONSE", frame("STATE_REVISION_RESPONSE", members)});
}

}  // namespace rekuest
