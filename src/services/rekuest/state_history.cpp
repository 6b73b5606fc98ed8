#include "services/rekuest/state_history.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "entity/lookup.h"
#include "services/rekuest/schema/state.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
using entity::Call;
namespace code = base::code;

/// One state in one session: revisions count within it.
struct Track {
  std::int64_t state = 0;
  std::int64_t session = 0;
};

std::string session_of(const std::string& agent, entity::SqlText& sql,
                       const std::optional<std::string>& named) {
  std::string found = fmt::format("select max(n.id) from session n where n.agent_id = {}", agent);
  if (named) {
    found += fmt::format(" and (n.session_id = {} or n.id = {})", sql.bind(*named),
                         sql.bind(entity::row_id(*named).value_or(0)));
  }
  return found;
}

/// The caller's states, or the ones named, each in the session named or its
/// agent's newest. Throws base::Error(kNotFound) for a state that is not there.
std::vector<Track> tracks(Call& call, const std::vector<entity::Id>* states,
                          const std::optional<std::string>& session) {
  entity::SqlText sql(call.database->dialect());
  std::string text = fmt::format(
      "select s.id, ({}) from state s join agent g on g.id = s.agent_id where g.organization_id = {}",
      session_of("s.agent_id", sql, session), sql.bind(call.organization));
  sql::Ids wanted;
  if (states != nullptr) {
    for (const entity::Id& id : *states) wanted.values.push_back(id.row("state"));
    text += " and s.id in_ids(" + sql.bind(wanted) + ")";
  }
  const sql::Rows rows = call.reader->query(text + " order by s.id", std::move(sql.parameters));
  std::vector<Track> found;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::erase(wanted.values, rows.integer(row, 0));
    if (!rows.is_null(row, 1)) found.push_back({rows.integer(row, 0), rows.integer(row, 1)});
  }
  if (!wanted.values.empty()) {
    throw Error(code::kNotFound, "No state with the id {}.", wanted.values.front());
  }
  return found;
}

std::vector<Track> tracks(Call& call, const std::optional<entity::Id>& state,
                          const std::optional<std::string>& session) {
  if (!state) return tracks(call, nullptr, session);
  const std::vector<entity::Id> one{*state};
  return tracks(call, &one, session);
}

/// The ids of all answers (row id, revision), by revision.
std::vector<std::int64_t> merged(Call& call, const std::vector<sql::Query>& queries) {
  std::vector<std::pair<std::int64_t, std::int64_t>> found;
  for (sql::Reader::Result& result : call.reader->batch(queries)) {
    const sql::Rows& rows = result.get();
    for (std::size_t row = 0; row < rows.size(); ++row)
      found.emplace_back(rows.integer(row, 1), rows.integer(row, 0));
  }
  std::sort(found.begin(), found.end());
  std::vector<std::int64_t> ids;
  for (const auto& [revision, id] : found) ids.push_back(id);
  return ids;
}

sql::Query snapshots(const Track& track, std::string_view condition, std::string_view order,
                     std::int64_t revision, std::int64_t limit) {
  return {fmt::format("select id, global_rev from snapshot where state_id = $1 and session_id = $2"
                      " and global_rev {} $3 order by global_rev {}, id {} limit $4",
                      condition, order, order),
          {track.state, track.session, revision, limit}};
}

std::vector<std::int64_t> state_at(Call& call, const schema::StateAtGlobalRevArguments& in) {
  std::vector<sql::Query> queries;
  for (const Track& track : tracks(call, in.state_id, in.session_id))
    queries.push_back(snapshots(track, "<=", "desc", in.global_revision, 1));
  return merged(call, queries);
}

std::vector<std::int64_t> snapshots_around(Call& call, const schema::SnapshotsAroundRevArguments& in) {
  check_count("before", in.before);
  check_count("after", in.after);
  std::vector<sql::Query> queries;
  for (const Track& track : tracks(call, in.state_id, in.session_id)) {
    queries.push_back(snapshots(track, "<=", "desc", in.revision, in.before));
    queries.push_back(snapshots(track, ">", "asc", in.revision, in.after));
  }
  return merged(call, queries);
}

std::vector<std::int64_t> patches_after(Call& call, const schema::ForwardEventsAfterRevArguments& in) {
  check_count("count", in.count);
  std::vector<sql::Query> queries;
  for (const Track& track : tracks(call, in.state_id, in.session_id)) {
    PatchRange range{.session = track.session, .state = track.state};
    range.after = in.global_revision;
    range.limit = in.count;
    queries.push_back(patches_in(range));
  }
  std::vector<std::int64_t> ids = merged(call, queries);
  if (ids.size() > static_cast<std::size_t>(in.count)) ids.resize(static_cast<std::size_t>(in.count));
  return ids;
}

// From one revision to another lead the patches above the first.
std::vector<std::int64_t> patches_between(Call& call,
                                          const schema::PatchEventsBetweenGlobalRevsArguments& in) {
  if (in.from_global_revision > in.to_global_revision) {
    throw Error(code::kValidation, std::string("`fromGlobalRevision` is above `toGlobalRevision`."));
  }
  std::vector<sql::Query> queries;
  for (const Track& track : tracks(call, in.state_ids ? &*in.state_ids : nullptr, in.session_id)) {
    PatchRange range{.session = track.session, .state = track.state};
    range.after = in.from_global_revision;
    range.up_to = in.to_global_revision;
    range.limit = kMaxHistory + 1;
    queries.push_back(patches_in(range));
  }
  std::vector<std::int64_t> ids = merged(call, queries);
  if (ids.size() > static_cast<std::size_t>(kMaxHistory)) {
    throw Error(code::kValidation,
                "More than {} patches lie between these revisions. Ask for fewer revisions at a time.",
                kMaxHistory);
  }
  return ids;
}

Json boundary(std::string_view name, const std::string& value, const sql::Rows& first,
              const sql::Rows& last) {
  return Json::object({{std::string(name), value},
                       {"start_global_revision", first.integer(0, 0)},
                       {"end_global_revision", last.integer(0, 0)},
                       {"start_time", first.integer(0, 1)},
                       {"end_time", last.integer(0, 1)}});
}

// Times grow with revisions, so the first and the last patch say everything.
Json session_boundaries(Call& call, const schema::SessionBoundariesArguments& in) {
  const sql::Rows session = call.reader->query(
      "select n.id, n.session_id from session n join agent g on g.id = n.agent_id"
      " where g.organization_id = $1 and (n.session_id = $2 or n.id = $3) order by n.id desc limit 1",
      {call.organization, in.session_id.text, in.session_id.row().value_or(0)});
  if (session.empty()) return nullptr;
  std::vector<sql::Value> values{session.integer(0, 0)};
  std::string condition = "session_id = $1";
  if (in.state_id) {
    condition += " and state_id = $2";
    values.emplace_back(in.state_id->row("state"));
  }
  const auto end = [&](std::string_view order) {
    return call.reader->query(
        fmt::format("select global_rev, timestamp from patch where {} order by global_rev {} limit 1",
                    condition, order),
        values);
  };
  const sql::Rows first = end("asc");
  if (first.empty()) return nullptr;
  return boundary("session_id", std::string(session.text(0, 1)), first, end("desc"));
}

Json task_boundaries(Call& call, const schema::TaskBoundariesArguments& in) {
  std::vector<sql::Value> values{call.organization, in.correlation_id};
  std::string text =
      "select {0}(p.global_rev), {0}(p.timestamp) from task t join patch p on p.task_id = t.id"
      " where t.caller_id in (select c.id from caller c where c.organization_id = $1) and t.reference = $2";
  if (in.state_id) {
    text += " and p.state_id = $3";
    values.emplace_back(in.state_id->row("state"));
  }
  const sql::Rows first = call.reader->query(fmt::format(fmt::runtime(text), "min"), values);
  if (first.is_null(0, 0)) return nullptr;
  return boundary("correlation_id", in.correlation_id, first,
                  call.reader->query(fmt::format(fmt::runtime(text), "max"), values));
}

}  // namespace

void check_count(std::string_view argument, std::int64_t count) {
  if (count < 0 || count > kMaxHistory) {
    throw Error(code::kValidation, "`{}` must be between 0 and {}.", argument, kMaxHistory);
  }
}

std::optional<std::int64_t> find_session(sql::Reader& reader, std::int64_t agent,
                                         const std::optional<std::string>& named) {
  entity::SqlText sql(reader.dialect());
  const std::string text = session_of(sql.bind(agent), sql, named);
  return sql::optional_integer(reader.query(text, std::move(sql.parameters)), 0, 0);
}

sql::Query patches_in(const PatchRange& range) {
  std::string condition = "session_id = $1";
  std::vector<sql::Value> values{range.session, range.after, range.up_to, range.limit};
  if (range.state) {
    condition += " and state_id = $5";
    values.emplace_back(*range.state);
  }
  return {fmt::format("select id, global_rev from patch where {} and global_rev > $2 and global_rev <= $3"
                      " order by global_rev {}, id limit $4",
                      condition, range.newest ? "desc" : "asc"),
          std::move(values)};
}

void add_state_history(entity::Registry& registry) {
  namespace query = schema::query;
  registry.on(query::kStateAtGlobalRev, state_at);
  registry.on(query::kForwardEventsAfterRev, patches_after);
  registry.on(query::kPatchEventsBetweenGlobalRevs, patches_between);
  registry.on(query::kSnapshotsAroundRev, snapshots_around);
  registry.on(query::kSessionBoundaries, session_boundaries);
  registry.on(query::kTaskBoundaries, task_boundaries);
}

}  // namespace rekuest
