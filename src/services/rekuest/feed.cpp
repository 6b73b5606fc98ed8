#include "services/rekuest/feed.h"

#include <fmt/format.h>

#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/clock.h"
#include "services/rekuest/latest_task.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

constexpr std::int64_t kReplayMicros = 5'000'000;
constexpr std::int64_t kRememberMicros = 60'000'000;

std::string caller_topic(std::int64_t caller) { return fmt::format("mytasks/{}", caller); }
std::string organization_topic(std::int64_t organization) { return fmt::format("tasks/{}", organization); }
std::string children_topic(std::int64_t task) { return fmt::format("children/{}", task); }
std::string agent_topic(std::int64_t agent) { return fmt::format("agent-tasks/{}", agent); }

base::Json change_of(const TaskState* created, const StoredEvent* event) {
  return base::Json::object({{"create", created != nullptr ? created->change() : base::Json()},
                             {"event", event != nullptr ? event->change() : base::Json()}});
}

// Live changes wait until the past has been told, and what the past already
// told is not told again: event ids of one task grow. A change is published a
// moment after a reader can see it, so it may still come after the past.
class CallerStream {
 public:
  explicit CallerStream(graphql::RootStream::Emit emit) : emit_(std::move(emit)) {}

  void receive(const bus::Change& change) {
    const std::lock_guard lock(mutex_);
    if (replaying_) {
      waiting_.push_back(change);
    } else {
      tell(*change);
    }
  }

  void replayed(const std::vector<StoredEvent>& past) {
    const std::lock_guard lock(mutex_);
    for (const StoredEvent& event : past) {
      emit_(change_of(nullptr, &event));
      told_[event.task] = event.id;
    }
    for (const bus::Change& change : waiting_) tell(*change);
    waiting_.clear();
    replaying_ = false;
  }

  bus::Bus::Subscription subscription;

 private:
  void tell(const base::Json& change) {
    const base::Json& event = change["event"];
    if (event.is_object() && !told_.empty()) {
      const auto known = told_.find(event["task"].as_int64().value_or(0));
      if (known != told_.end() && event["id"].as_int64().value_or(0) <= known->second) return;
    }
    emit_(change);
  }

  graphql::RootStream::Emit emit_;
  std::mutex mutex_;
  bool replaying_ = true;
  std::vector<bus::Change> waiting_;
  std::unordered_map<std::int64_t, std::int64_t> told_;  ///< of each task of the past: its last event
};

}  // namespace

void Feed::publish(const std::vector<TaskNotice>& notices) {
  for (const TaskNotice& notice : notices) publish(notice);
}

bool Feed::was_told(std::int64_t task, std::int64_t event) const {
  for (const auto* told : {&told_, &told_before_}) {
    if (const auto known = told->find(task); known != told->end()) return event <= known->second;
  }
  return false;
}

void Feed::remember(std::int64_t task, std::int64_t event) {
  const std::int64_t now = base::monotonic_micros();
  if (now - forgot_ > kRememberMicros) {
    told_before_ = std::exchange(told_, {});
    forgot_ = now;
  }
  told_[task] = event;
}

void Feed::publish(const TaskNotice& notice) {
  const TaskState& task = *notice.task;
  if (shared_ && notice.event) {
    if (was_told(task.id, notice.event->id)) return;
    remember(task.id, notice.event->id);
  }
  if (task.is_root()) {
    publish_root(notice, caller_topic(task.caller));
    publish_root(notice, organization_topic(task.organization));
  } else {
    publish_change(notice, children_topic(task.root));
    if (task.parent != task.root) publish_change(notice, children_topic(task.parent));
  }
  if (task.agent != 0) publish_change(notice, agent_topic(task.agent));
  publish_latest(bus_, notice);
}

// A task is told of before anything that happens to it.
void Feed::publish_root(const TaskNotice& notice, const std::string& topic) {
  if (bus_.subscribers(topic) == 0) return;
  if (notice.created) {
    bus_.publish(topic, std::make_shared<const base::Json>(change_of(notice.task.get(), nullptr)));
  }
  if (notice.event) bus_.publish(topic, std::make_shared<const base::Json>(change_of(nullptr, &*notice.event)));
}

// Once for all that one body did to the task.
void Feed::publish_change(const TaskNotice& notice, const std::string& topic) {
  if (!notice.created && !notice.last) return;
  if (bus_.subscribers(topic) == 0) return;
  const char* member = notice.created ? "create" : "update";
  bus_.publish(topic, std::make_shared<const base::Json>(
                          base::Json::object({{member, notice.task->change()}})));
}

Feed::Stream Feed::follow(std::string topic, Emit emit) {
  return std::make_shared<bus::Bus::Subscription>(
      bus_.subscribe(std::move(topic), [emit = std::move(emit)](const bus::Change& change) { emit(*change); }));
}

Feed::Stream Feed::tasks(std::int64_t organization, Emit emit) {
  return follow(organization_topic(organization), std::move(emit));
}
Feed::Stream Feed::child_tasks(std::int64_t task, Emit emit) {
  return follow(children_topic(task), std::move(emit));
}
Feed::Stream Feed::agent_tasks(std::int64_t agent, Emit emit) {
  return follow(agent_topic(agent), std::move(emit));
}

Feed::Stream Feed::my_tasks(std::int64_t caller, Emit emit) {
  auto stream = std::make_shared<CallerStream>(std::move(emit));
  const std::weak_ptr<CallerStream> weak = stream;
  stream->subscription = bus_.subscribe(caller_topic(caller), [weak](const bus::Change& change) {
    if (const auto live = weak.lock()) live->receive(change);
  });
  std::vector<StoredEvent> past;
  database_.read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    past = load_recent_events(reader, caller, base::now_micros() - kReplayMicros);
  });
  stream->replayed(past);
  return stream;
}

}  // namespace rekuest
