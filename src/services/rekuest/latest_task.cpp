#include "services/rekuest/latest_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "services/rekuest/stream.h"
#include "services/rekuest/task_events.h"

namespace rekuest {
namespace {

using base::Json;

/// Of the newest tasks by time, the one with the highest id is the latest.
constexpr std::int64_t kCandidates = 16;

std::string topic_of(std::int64_t implementation) { return fmt::format("latest/{}", implementation); }

/// What a task's record is made of: how far it is, what it returned, how it ended.
bool is_in_record(std::string_view kind) {
  return kind == "PROGRESS" || kind == "YIELD" || is_terminal(kind);
}

Json typed(const char* type, Json value) {
  value.set("__typename", type);
  return value;
}

Json snapshot_of(Json implementation, Json latest, Json events) {
  return typed("LatestTaskSnapshot", Json::object({{"implementation", std::move(implementation)},
                                                   {"latest", std::move(latest)},
                                                   {"events", std::move(events)}}));
}

std::int64_t number_in(const Json& value, std::string_view member) {
  return value[member].as_int64().value_or(0);
}

/// What a stream begins with; ids that are 0: none.
struct Beginning {
  std::int64_t implementation = 0;
  std::int64_t task = 0;
  std::int64_t event = 0;  ///< the task's last
  Json snapshot;
};

// A task's event ids grow.
class Watch : public Stream {
 public:
  using Stream::Stream;

  void start(Beginning beginning) {
    begin([&] {
      latest_ = beginning.task;
      told_ = beginning.event;
      emit_(std::move(beginning.snapshot));
    });
  }

 private:
  void tell(const Json& change) override {
    const Json& task = change["task"];
    const Json& event = change["event"];
    const std::int64_t id = number_in(task, "id");
    if (id == latest_ && number_in(event, "id") <= told_) return;
    const std::string kind = event["kind"].as_string();
    if (change["begins"].as_bool()) begin_task(task, id);
    if (id == latest_) {
      told_ = number_in(event, "id");
      if (is_in_record(kind)) emit_(typed("TaskEventChange", event));
    }
    if (is_terminal(kind)) emit_(typed("TaskChange", task));
  }

  void begin_task(const Json& task, std::int64_t id) {
    emit_(typed("TaskChange", task));
    if (id <= latest_) return;
    latest_ = id;
    emit_(snapshot_of(task["implementation"], task, Json::array()));
  }

  std::int64_t latest_ = 0;  ///< the task
  std::int64_t told_ = 0;    ///< its last event
};

std::int64_t find_implementation(sql::Reader& reader, std::int64_t agent, const std::string& interface) {
  const sql::Rows rows = reader.query("select id from implementation where agent_id = $1 and interface = $2",
                                      {agent, interface});
  return rows.empty() ? 0 : rows.integer(0, 0);
}

void read_task(sql::Reader& reader, Beginning& beginning) {
  const sql::Rows newest = reader.query(
      "select max(id) from (select id from task where implementation_id = $1 order by created_at desc limit "
      "$2) "
      "as t",
      {beginning.implementation, kCandidates});
  if (newest.is_null(0, 0)) return;
  beginning.task = newest.integer(0, 0);
  const sql::Rows kinds =
      reader.query("select kind, max(id) from task_event where task_id = $1 group by kind", {beginning.task});
  std::vector<NoticedEvent> wanted;
  for (std::size_t row = 0; row < kinds.size(); ++row) {
    beginning.event = std::max(beginning.event, kinds.integer(row, 1));
    wanted.push_back({beginning.task, kinds.integer(row, 1)});
  }
  std::sort(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) { return a.event < b.event; });
  Json latest;
  Json events = Json::array();
  for (const TaskNotice& notice : load_notices(reader, wanted)) {
    latest = notice.task->change();
    if (is_in_record(notice.event->event.kind)) events.push_back(notice.event->change());
  }
  beginning.snapshot = snapshot_of(beginning.implementation, std::move(latest), std::move(events));
}

}  // namespace

void publish_latest(bus::Bus& bus, const TaskNotice& notice) {
  if (notice.task->implementation == 0 || !notice.event) return;
  const std::string topic = topic_of(notice.task->implementation);
  if (bus.subscribers(topic) == 0) return;
  // Of a delayed task it is not known before whose it is.
  const bool begins = notice.created || notice.event->event.kind == "BOUND";
  bus.publish(topic,
              std::make_shared<const Json>(Json::object(
                  {{"task", notice.task->change()}, {"event", notice.event->change()}, {"begins", begins}})));
}

std::shared_ptr<void> watch_latest(sql::Database& database, bus::Bus& bus, std::int64_t agent,
                                   const std::string& interface, const entity::Emit& emit) {
  Beginning beginning;
  beginning.snapshot = snapshot_of(nullptr, nullptr, Json::array());
  database.read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    beginning.implementation = find_implementation(reader, agent, interface);
  });
  auto stream = std::make_shared<Watch>(emit);
  if (beginning.implementation != 0) {
    beginning.snapshot = snapshot_of(beginning.implementation, nullptr, Json::array());
    stream->subscribe(bus, topic_of(beginning.implementation));
    database.read(sql::Database::Snapshot::kConsistent,
                  [&](sql::Reader& reader) { read_task(reader, beginning); });
  }
  stream->start(std::move(beginning));
  return stream;
}

}  // namespace rekuest
