// Who hears of tasks: the feeds behind the task subscriptions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "bus/bus.h"
#include "graphql/execution/resolver.h"
#include "services/rekuest/task_store.h"
#include "sql/database.h"

namespace rekuest {

/// Tells subscribers of committed changes. Thread-safe; `publish` does not block.
class Feed {
 public:
  Feed(sql::Database& database, bus::Bus& bus)
      : database_(database), bus_(bus), shared_(database.dialect() == sql::Dialect::kPostgres) {}

  /// After the commit, in commit order, on one thread at a time.
  void publish(const std::vector<TaskNotice>& notices);
  using Handle = std::shared_ptr<void>;
  using Emit = graphql::RootStream::Emit;

  /// One caller's root tasks, from now on. What happened in the last seconds
  /// comes first: a short task ends before its caller's subscription has arrived.
  Handle my_tasks(std::int64_t caller, Emit emit);
  /// All root tasks of an organization, from now on.
  Handle tasks(std::int64_t organization, Emit emit);
  /// Tasks below this one, from now on; the tasks an agent runs.
  Handle child_tasks(std::int64_t task, Emit emit);
  Handle agent_tasks(std::int64_t agent, Emit emit);

 private:
  void publish(const TaskNotice& notice);
  bool was_told(std::int64_t task, std::int64_t event) const;
  void remember(std::int64_t task, std::int64_t event);
  void publish_root(const TaskNotice& notice, const std::string& topic);
  void publish_change(const TaskNotice& notice, const std::string& topic);

  sql::Database& database_;
  bus::Bus& bus_;
  /// Other processes have the database, too, and what they did may be read and
  /// heard of: what was told lately is remembered. Task to its last event.
  const bool shared_;
  std::int64_t forgot_ = 0;
  std::unordered_map<std::int64_t, std::int64_t> told_, told_before_;
};

}  // namespace rekuest
