#include "services/rekuest/feed.h"

#include <fmt/format.h>

#include <unordered_map>
#include <utility>

#include "base/clock.h"
#include "services/rekuest/latest_task.h"
#include "services/rekuest/stream.h"
#include "services/rekuest/task_events.h"
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

// The last seconds, then what happens. Event ids of one task grow.
class CallerStream : public Stream {
 public:
  using Stream::Stream;

  void replay(const std::vector<StoredEvent>& past) {
    begin([&] {
      for (const StoredEvent& event : past) {
        emit_(change_of(nullptr, &event));
        told_[event.task] = event.id;
      }
    });
  }

 private:
  void tell(const base::Json& change) override {
    const base::Json& event = change["event"];
    if (event.is_object() && !told_.empty()) {
      const auto known = told_.find(event["task"].as_int64().value_or(0));
      if (known != told_.end() && event["id"].as_int64().value_or(0) <= known->second) return;
    }
    emit_(change);
  }

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
  if (notice.event)
    bus_.publish(topic, std::make_shared<const base::Json>(change_of(nullptr, &*notice.event)));
}

// Once for all that one body did to the task.
void Feed::publish_change(const TaskNotice& notice, const std::string& topic) {
  if (!notice.created && !notice.last) return;
  if (bus_.subscribers(topic) == 0) return;
  const char* member = notice.created ? "create" : "update";
  bus_.publish(topic,
               std::make_shared<const base::Json>(base::Json::object({{member, notice.task->change()}})));
}

Feed::Handle Feed::tasks(std::int64_t organization, Emit emit) {
  return follow(bus_, organization_topic(organization), std::move(emit));
}
Feed::Handle Feed::child_tasks(std::int64_t task, Emit emit) {
  return follow(bus_, children_topic(task), std::move(emit));
}
Feed::Handle Feed::agent_tasks(std::int64_t agent, Emit emit) {
  return follow(bus_, agent_topic(agent), std::move(emit));
}

Feed::Handle Feed::my_tasks(std::int64_t caller, Emit emit) {
  auto stream = std::make_shared<CallerStream>(std::move(emit));
  stream->subscribe(bus_, caller_topic(caller));
  std::vector<StoredEvent> past;
  database_.read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    past = load_recent_events(reader, caller, base::now_micros() - kReplayMicros);
  });
  stream->replay(past);
  return stream;
}

}  // namespace rekuest
