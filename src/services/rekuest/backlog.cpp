#include "services/rekuest/backlog.h"

#include "base/clock.h"
#include "services/rekuest/mirror.h"
#include "services/rekuest/task_events.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

constexpr std::int64_t kChunk = 256;

}  // namespace

BacklogBounds backlog_bounds(sql::Reader& reader, std::int64_t agent, std::int64_t newest_task) {
  const std::int64_t newest_instruct =
      reader.query("select coalesce(max(id), 0) from task_instruct").integer(0, 0);
  return {agent, 0, newest_task, newest_instruct, false};
}

std::optional<std::string> Backlog::next() {
  while (frames_.empty() && part_ != Part::kDone) read_more();
  if (frames_.empty()) return std::nullopt;
  std::string frame = std::move(frames_.front());
  frames_.pop_front();
  return frame;
}

void Backlog::go_to(Part part) {
  part_ = part;
  cursor_ = part == Part::kControls ? bounds_.after_task : 0;
}

void Backlog::read_more() {
  database_.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    switch (part_) {
      case Part::kAssigns:
        return read_assigns(reader);
      case Part::kControls:
        return read_controls(reader);
      case Part::kDecisions:
        return read_decisions(reader);
      case Part::kChildren:
        return read_children(reader);
      case Part::kMirrors:
        return read_mirrors(reader);
      case Part::kDone:
        return;
    }
  });
}

void Backlog::read_assigns(sql::Reader& reader) {
  const std::vector<AssignFrame> assigns =
      load_assigns(reader,
                   "t.agent_id = $1 and t.is_done = 0 and t.reported = 0 and t.withheld = 0 and t.id > $2"
                   " and t.id <= $3 order by t.id limit $4",
                   {bounds_.agent, cursor_, bounds_.newest_task, kChunk});
  const std::int64_t now = base::now_micros();
  for (const AssignFrame& assign : assigns) frames_.push_back(assign.text(signer_, now));
  if (assigns.empty()) return go_to(Part::kControls);
  cursor_ = assigns.back().task;
}

// The latest instruct is the frame's type. Reports may overtake it, so the
// latest event alone does not tell: only an end confirms a cancel, and only a
// RESUMED after it a resume. One that was asked for since was sent by itself.
void Backlog::read_controls(sql::Reader& reader) {
  const sql::Rows rows = reader.query(
      "select t.id, t.latest_instruct_kind, t.step from task t"
      " where t.agent_id = $1 and t.is_done = 0 and t.withheld = 0 and t.id > $2 and t.id <= $3"
      " and (t.latest_instruct_kind in ('CANCEL', 'INTERRUPT')"
      " or (t.latest_instruct_kind = 'PAUSE' and t.latest_event_kind <> 'PAUSED')"
      " or (t.latest_instruct_kind = 'RESUME' and not exists (select 1 from task_event e"
      " where e.task_id = t.id and e.kind = 'RESUMED' and e.id > (select max(a.id) from task_event a"
      " where a.task_id = t.id and a.kind = 'RESUMING'))))"
      " and not exists (select 1 from task_instruct n where n.task_id = t.id and n.id > $4)"
      " order by t.id limit $5",
      {bounds_.agent, cursor_, bounds_.newest_task, bounds_.newest_instruct, kChunk});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    cursor_ = rows.integer(row, 0);
    frames_.push_back(control_frame(rows.text(row, 1), cursor_, rows.integer(row, 2) != 0));
  }
  if (rows.empty()) go_to(bounds_.comes_back ? Part::kDecisions : Part::kDone);
}

// A decision that its agent has not recorded yet.
void Backlog::read_decisions(sql::Reader& reader) {
  const sql::Rows rows = reader.query(
      "select t.id, (select e.value from task_event e where e.task_id = t.id and e.kind = 'DECIDED'"
      " order by e.id desc limit 1) from task t"
      " where t.agent_id = $1 and t.is_done = 0 and t.id > $2 and t.hold = 'ANSWERED'"
      " order by t.id limit $3",
      {bounds_.agent, cursor_, kChunk});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    cursor_ = rows.integer(row, 0);
    frames_.push_back(decide_frame(cursor_, sql::parsed_or_null(sql::optional_text(rows, row, 1))));
  }
  if (rows.empty()) go_to(Part::kChildren);
}

// Calls of its open tasks that it has not heard the end of.
void Backlog::read_children(sql::Reader& reader) {
  const sql::Rows rows = reader.query(
      "select c.id, c.request_id, c.reference from task p join task c on c.parent_id = p.id"
      " where p.agent_id = $1 and p.is_done = 0 and c.settled = 0 and c.request_id is not null and c.id > $2"
      " order by c.id limit $3",
      {bounds_.agent, cursor_, kChunk});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    cursor_ = rows.integer(row, 0);
    children_.push_back(cursor_);
    frames_.push_back(assign_response(std::string(rows.text(row, 1)),
                                      sql::optional_text(rows, row, 2).value_or(""), cursor_, true));
  }
  if (rows.empty()) go_to(Part::kMirrors);
}

void Backlog::read_mirrors(sql::Reader& reader) {
  if (children_.empty()) return go_to(Part::kDone);
  const std::vector<StoredEvent> events = load_events(reader, children_.front(), cursor_, kChunk);
  for (const StoredEvent& event : events) {
    if (auto frame = mirror_frame(event)) frames_.push_back(*std::move(frame));
  }
  if (!events.empty()) {
    cursor_ = events.back().id;
    return;
  }
  children_.pop_front();
  cursor_ = 0;
}

}  // namespace rekuest
