// Who hears of tasks: the `mytasks` feed of each caller.
#pragma once

#include <memory>
#include <vector>

#include "bus/bus.h"
#include "graphql/execution/resolver.h"
#include "services/rekuest/task_store.h"
#include "sql/database.h"

namespace rekuest {

/// Tells subscribers of committed changes. Thread-safe; `publish` does not block.
class Feed {
 public:
  Feed(sql::Database& database, bus::Bus& bus) : database_(database), bus_(bus) {}

  /// After the commit, in commit order.
  void publish(const std::vector<TaskNotice>& notices);

  /// The stream of one caller's root tasks, from now on. What happened in the
  /// last seconds comes first: a short task ends before its caller's
  /// subscription has arrived.
  std::shared_ptr<void> my_tasks(std::int64_t caller, graphql::RootStream::Emit emit);

 private:
  sql::Database& database_;
  bus::Bus& bus_;
};

}  // namespace rekuest
