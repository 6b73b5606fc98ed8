#include "services/rekuest/retention.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace rekuest {
namespace {

using Part = SweepPoint::Part;

// A chunk is what the writer can spare between two groups of other work.
constexpr std::int64_t kTasksAtOnce = 64;
constexpr std::int64_t kRowsAtOnce = 2'000;
constexpr std::int64_t kSessionsAtOnce = 64;
constexpr std::int64_t kSnapshotsAtOnce = 8;

constexpr std::int64_t kDayMicros = 86'400'000'000;
/// An agent says again what was not acknowledged whenever it connects: what its
/// later processes have not said again for so long, it no longer has.
constexpr std::int64_t kJournalMicros = 30 * kDayMicros;
constexpr std::int64_t kAllRevisions = std::numeric_limits<std::int64_t>::max();

bool is_shared(sql::Reader& reader) { return reader.dialect() == sql::Dialect::kPostgres; }

std::vector<std::int64_t> ids_of(const sql::Rows& rows) {
  std::vector<std::int64_t> ids;
  for (std::size_t row = 0; row < rows.size(); ++row) ids.push_back(rows.integer(row, 0));
  return ids;
}

// --- tasks ------------------------------------------------------------------

// The server decided how it ended, and the process that ran it has not yet been
// followed by another: it may come back and tell what really happened.
std::string may_be_contradicted(std::string_view task) {
  return fmt::format(
      "({0}.withheld = 0 and {0}.latest_event_kind <> 'DENIED' and {0}.agent_id is not null"
      " and exists (select 1 from task_event e where e.task_id = {0}.id and e.kind = {0}.latest_event_kind"
      " and e.agent_pos is null)"
      " and not exists (select 1 from session n where n.agent_id = {0}.agent_id"
      " and n.started_at >= {0}.finished_at))",
      task);
}

// A tree goes as a whole, when all of it is old enough.
sql::Rows find_trees(sql::Writer& writer, const SweepPoint& from, std::int64_t before) {
  return writer.query(
      fmt::format("select t.id, t.created_at from task t where t.organization_id = $1 and t.created_at < $2"
                  " and (t.created_at > $3 or (t.created_at = $3 and t.id > $4))"
                  " and t.parent_id is null and t.is_done = 1 and t.finished_at < $2 and not {}"
                  " and not exists (select 1 from task c where c.root_id = t.id"
                  " and (c.is_done = 0 or c.finished_at >= $2 or {}))"
                  " order by t.created_at, t.id limit $5{}",
                  may_be_contradicted("t"), may_be_contradicted("c"),
                  is_shared(writer) ? " for update of t skip locked" : ""),
      {from.organization, before, from.created_at, from.id, kTasksAtOnce});
}

// Their events first: a task may have any number. False: some are left.
bool delete_tasks(sql::Writer& writer, std::vector<std::int64_t> tasks, Deleted& deleted) {
  const sql::Ids ids{std::move(tasks)};
  const std::int64_t events = writer.execute(
      "delete from task_event where id in (select id from task_event where task_id in_ids($1) limit $2)",
      {ids, kRowsAtOnce});
  if (events == kRowsAtOnce) return false;
  writer.execute("delete from task where id in_ids($1)", {ids});
  deleted.tasks += static_cast<std::int64_t>(ids.values.size());
  return true;
}

SweepPoint sweep_tasks(sql::Writer& writer, std::int64_t before, const SweepPoint& from, Deleted& deleted) {
  const sql::Rows trees = find_trees(writer, from, before);
  if (trees.empty()) {
    const sql::Rows next =
        writer.query("select min(id) from organization where id > $1", {from.organization});
    if (next.is_null(0, 0)) return {.part = Part::kStates};
    return {.part = Part::kTasks, .organization = next.integer(0, 0)};
  }
  std::vector<std::int64_t> roots = ids_of(trees);
  // The youngest first: what a task called is younger than the task itself.
  std::vector<std::int64_t> children =
      ids_of(writer.query("select id from task where root_id in_ids($1) order by id desc limit $2",
                          {sql::Ids{roots}, kTasksAtOnce}));
  if (!children.empty()) {
    delete_tasks(writer, std::move(children), deleted);
    return from;
  }
  if (!delete_tasks(writer, std::move(roots), deleted)) return from;
  SweepPoint passed = from;
  passed.created_at = trees.integer(trees.size() - 1, 1);
  passed.id = trees.integer(trees.size() - 1, 0);
  return passed;
}

// --- states -----------------------------------------------------------------

// That of the newest snapshot that is old: what it contains needs nothing before it.
std::int64_t first_kept_revision(sql::Writer& writer, std::int64_t state, std::int64_t session,
                                 std::int64_t before) {
  const sql::Rows base = writer.query(
      "select global_rev from snapshot where state_id = $1 and session_id = $2 and timestamp < $3"
      " order by global_rev desc limit 1",
      {state, session, before});
  return base.empty() ? -1 : base.integer(0, 0);
}

// The agent's states are as this process left them, or it changed something lately.
bool is_in_use(sql::Writer& writer, std::int64_t session, std::int64_t before) {
  if (!writer.query("select 1 from state where session_id = $1 limit 1", {session}).empty()) return true;
  for (const std::string_view table : {"patch", "snapshot"}) {
    const sql::Rows last = writer.query(
        fmt::format("select timestamp from {} where session_id = $1 order by global_rev desc limit 1", table),
        {session});
    if (!last.empty() && last.integer(0, 0) >= before) return true;
  }
  return false;
}

// Snapshots go together with the patches up to the next one: a revision can be
// put together, or nothing is left of it. A value in between would be wrong.
void delete_revisions(sql::Writer& writer, std::int64_t state, std::int64_t session, std::int64_t first_kept,
                      Deleted& deleted) {
  const sql::Rows next = writer.query(
      "select global_rev from snapshot where state_id = $1 and session_id = $2"
      " order by global_rev limit 1 offset $3",
      {state, session, kSnapshotsAtOnce});
  const std::int64_t end = next.empty() ? first_kept : std::min(first_kept, next.integer(0, 0));
  deleted.patches +=
      writer.execute("delete from patch where state_id = $1 and session_id = $2 and global_rev <= $3",
                     {state, session, end});
  deleted.snapshots +=
      writer.execute("delete from snapshot where state_id = $1 and session_id = $2 and global_rev < $3",
                     {state, session, end});
}

void sweep_session(sql::Writer& writer, std::int64_t session, std::int64_t agent, std::int64_t before,
                   Deleted& deleted) {
  const bool in_use = is_in_use(writer, session, before);
  for (const std::int64_t state : ids_of(writer.query("select id from state where agent_id = $1", {agent}))) {
    delete_revisions(writer, state, session,
                     in_use ? first_kept_revision(writer, state, session, before) : kAllRevisions, deleted);
  }
}

SweepPoint sweep_states(sql::Writer& writer, std::int64_t before, const SweepPoint& from, Deleted& deleted) {
  const sql::Rows sessions = writer.query(
      fmt::format("select id, agent_id from session where id > $1 and started_at < $2 order by id limit $3{}",
                  is_shared(writer) ? " for no key update skip locked" : ""),
      {from.id, before, kSessionsAtOnce});
  if (sessions.empty()) return {.part = Part::kJournals};
  SweepPoint passed = from;
  for (std::size_t row = 0; row < sessions.size(); ++row) {
    sweep_session(writer, sessions.integer(row, 0), sessions.integer(row, 1), before, deleted);
    if (deleted.all() > 0) return passed;
    passed.id = sessions.integer(row, 0);
  }
  return passed;
}

// --- what nobody can need ---------------------------------------------------

// A session that came again after its row was gone would be taken for the newest:
// it goes only after its position, and while there is a later one.
SweepPoint sweep_journals(sql::Writer& writer, std::int64_t now, const SweepPoint& from, Deleted& deleted) {
  deleted.positions += writer.execute(
      "delete from journal_position where id in (select p.id from journal_position p"
      " where p.updated_at < $1 and exists (select 1 from journal_position later"
      " where later.agent_id = p.agent_id and later.id > p.id and later.updated_at > p.updated_at + $2)"
      " order by p.id limit $3)",
      {now - kJournalMicros, kJournalMicros, kRowsAtOnce});
  deleted.sessions += writer.execute(
      "delete from session where id in (select n.id from session n where n.started_at < $1"
      " and exists (select 1 from session later where later.agent_id = n.agent_id and later.id > n.id)"
      " and not exists (select 1 from journal_position p where p.agent_id = n.agent_id"
      " and p.journal_session = n.session_id)"
      " and not exists (select 1 from state s where s.session_id = n.id)"
      " and not exists (select 1 from patch p where p.session_id = n.id)"
      " and not exists (select 1 from snapshot s where s.session_id = n.id)"
      " order by n.id limit $2)",
      {now - kJournalMicros, kRowsAtOnce});
  return deleted.all() > 0 ? from : SweepPoint{.part = Part::kDone};
}

}  // namespace

Deleted& Deleted::operator+=(const Deleted& other) {
  tasks += other.tasks;
  patches += other.patches;
  snapshots += other.snapshots;
  sessions += other.sessions;
  positions += other.positions;
  return *this;
}

SweepPoint sweep_chunk(sql::Writer& writer, const RetentionSettings& settings, std::int64_t now,
                       const SweepPoint& from, Deleted& deleted) {
  const auto before = [now](std::chrono::days kept) { return now - kept.count() * kDayMicros; };
  switch (from.part) {
    case Part::kTasks:
      if (settings.tasks.count() == 0) return {.part = Part::kStates};
      return sweep_tasks(writer, before(settings.tasks), from, deleted);
    case Part::kStates:
      if (settings.states.count() == 0) return {.part = Part::kJournals};
      return sweep_states(writer, before(settings.states), from, deleted);
    case Part::kJournals:
      return sweep_journals(writer, now, from, deleted);
    case Part::kDone:
      break;
  }
  return from;
}

void delete_history(sql::Database& database, std::int64_t agent) {
  for (const std::string_view table : {"patch", "snapshot"}) {
    const std::string text =
        fmt::format("delete from {0} where id in (select id from {0} where agent_id = $1 limit $2)", table);
    std::int64_t count = 0;
    do {
      database.write([&](sql::Writer& writer) { count = writer.execute(text, {agent, kRowsAtOnce}); });
    } while (count == kRowsAtOnce);
  }
}

}  // namespace rekuest
