// Retention: what is old enough is deleted, a little at a time.
//
// What is kept how long is configuration. Nothing goes that anybody still needs:
// open tasks and whatever belongs to them, ends that their agent may yet
// contradict, and what the kept revisions of states are put together from.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/metrics.h"
#include "services/rekuest/settings.h"
#include "sql/database.h"

namespace rekuest {

/// What was deleted, in rows.
struct Deleted {
  std::int64_t tasks = 0;
  std::int64_t patches = 0;
  std::int64_t snapshots = 0;
  std::int64_t sessions = 0;  ///< nothing was left of them, nor will be
  std::int64_t positions = 0;

  Deleted& operator+=(const Deleted& other);
  std::int64_t all() const { return tasks + patches + snapshots + sessions + positions; }
};

/// How far a sweep has come.
struct SweepPoint {
  enum class Part { kTasks, kStates, kJournals, kDone };
  Part part = Part::kTasks;
  std::int64_t organization = 0;  ///< whose tasks; they are passed in the order they were made
  std::int64_t created_at = 0;
  std::int64_t id = 0;  ///< the last task or session that was passed

  bool operator==(const SweepPoint&) const = default;
};

/// Deletes one chunk inside a write body, and says where to go on. Other
/// processes may sweep at the same time: what one has in hand the others pass.
SweepPoint sweep_chunk(sql::Writer& writer, const RetentionSettings& settings, std::int64_t now,
                       const SweepPoint& from, Deleted& deleted);

/// The whole history of an agent's states, in chunks. Not while writing.
void delete_history(sql::Database& database, std::int64_t agent);

/// Sweeps chunk by chunk, behind whatever else waits for the writer. Thread-safe;
/// the database outlives it.
class Retention {
 public:
  Retention(sql::Database& database, RetentionSettings settings);
  ~Retention();
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;

  /// Returns at once; does nothing while an earlier sweep is running.
  void sweep(std::int64_t now);
  /// Adds what is deleted to a service's page, which this outlives.
  void count(base::metrics::Registry& metrics) const;

 private:
  struct Sweeper;
  std::shared_ptr<Sweeper> sweeper_;
};

}  // namespace rekuest
