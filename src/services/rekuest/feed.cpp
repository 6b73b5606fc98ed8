#include "services/rekuest/feed.h"

#include <fmt/format.h>

#include <mutex>
#include <utility>

#include "base/clock.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

constexpr std::int64_t kReplayMicros = 5'000'000;

std::string caller_topic(std::int64_t caller) { return fmt::format("mytasks/{}", caller); }

base::Json change_of(const std::optional<CreatedTask>& created, const std::optional<StoredEvent>& event) {
  return base::Json::object({{"create", created ? created->change() : base::Json()},
                             {"event", event ? event->change() : base::Json()}});
}

StoredEvent event_at(const sql::Rows& rows, std::size_t row) {
  StoredEvent stored{rows.integer(row, 0), rows.integer(row, 1), rows.integer(row, 7), {}};
  stored.event.kind = rows.text(row, 2);
  stored.event.message = sql::optional_text(rows, row, 3);
  stored.event.progress = sql::optional_integer(rows, row, 4);
  stored.event.returns = sql::optional_text(rows, row, 5);
  stored.event.value = sql::optional_text(rows, row, 6);
  return stored;
}

// Live changes wait until the past has been told, and what the past already
// told is not told again: event ids of one database grow.
class CallerStream {
 public:
  explicit CallerStream(graphql::RootStream::Emit emit) : emit_(std::move(emit)) {}

  void receive(const bus::Change& change) {
    const std::lock_guard lock(mutex_);
    if (replaying_) {
      waiting_.push_back(change);
    } else {
      emit_(*change);
    }
  }

  void replayed(std::vector<base::Json> past, std::int64_t last_event) {
    const std::lock_guard lock(mutex_);
    for (base::Json& event : past) emit_(std::move(event));
    for (const bus::Change& change : waiting_) {
      const base::Json& event = (*change)["event"];
      if (event.is_object() && event["id"].as_int64().value_or(0) <= last_event) continue;
      emit_(*change);
    }
    waiting_.clear();
    replaying_ = false;
  }

  bus::Bus::Subscription subscription;

 private:
  graphql::RootStream::Emit emit_;
  std::mutex mutex_;
  bool replaying_ = true;
  std::vector<bus::Change> waiting_;
};

}  // namespace

void Feed::publish(const std::vector<TaskNotice>& notices) {
  for (const TaskNotice& notice : notices) {
    if (!notice.root || notice.caller == 0) continue;
    const std::string topic = caller_topic(notice.caller);
    if (bus_.subscribers(topic) == 0) continue;
    bus_.publish(topic, std::make_shared<const base::Json>(change_of(notice.created, notice.event)));
  }
}

std::shared_ptr<void> Feed::my_tasks(std::int64_t caller, graphql::RootStream::Emit emit) {
  auto stream = std::make_shared<CallerStream>(std::move(emit));
  const std::weak_ptr<CallerStream> weak = stream;
  stream->subscription = bus_.subscribe(caller_topic(caller), [weak](const bus::Change& change) {
    if (const auto live = weak.lock()) live->receive(change);
  });
  std::vector<base::Json> past;
  std::int64_t last_event = 0;
  database_.read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    const sql::Rows rows = reader.query(
        "select e.id, e.task_id, e.kind, e.message, e.progress, e.returns, e.value, e.created_at"
        " from task_event e join task t on t.id = e.task_id"
        " where t.caller_id = $1 and t.root_id is null and (t.finished_at is null or t.finished_at > $2)"
        " and e.created_at > $2 order by e.id",
        {caller, base::now_micros() - kReplayMicros});
    for (std::size_t row = 0; row < rows.size(); ++row) {
      last_event = rows.integer(row, 0);
      past.push_back(change_of({}, event_at(rows, row)));
    }
  });
  stream->replayed(std::move(past), last_event);
  return stream;
}

}  // namespace rekuest
