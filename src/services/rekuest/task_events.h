// What happened to tasks, read back from where a TaskLedger wrote it.
#pragma once

#include <cstdint>
#include <vector>

#include "services/rekuest/task_store.h"
#include "sql/database.h"

namespace rekuest {

/// Notices of what another process has committed, from the rows as they are now.
struct NoticedEvent {
  std::int64_t task = 0;
  std::int64_t event = 0;
  bool created = false;
  bool last = false;
};
std::vector<TaskNotice> load_notices(sql::Reader& reader, const std::vector<NoticedEvent>& events);
/// The same for all events since then, a bounded number.
std::vector<TaskNotice> load_notices_since(sql::Reader& reader, std::int64_t since);

/// What happened to a caller's root tasks since then.
std::vector<StoredEvent> load_recent_events(sql::Reader& reader, std::int64_t caller, std::int64_t since);
/// A task's events after `after` as they were stored, at most `limit`, in order.
std::vector<StoredEvent> load_events(sql::Reader& reader, std::int64_t task, std::int64_t after,
                                     std::int64_t limit);

}  // namespace rekuest
