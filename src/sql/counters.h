// The counters behind Database::stats().
#pragma once

#include <atomic>

#include "sql/database.h"

namespace sql {

/// Thread-safe. Each is raised before whoever waits for the call goes on, so a
/// test that has finished its calls sees exact numbers.
struct Counters {
  std::atomic<std::uint64_t> reads{0};
  std::atomic<std::uint64_t> round_trips{0};
  std::atomic<std::uint64_t> statements{0};
  std::atomic<std::uint64_t> writes{0};
  std::atomic<std::uint64_t> commits{0};

  Stats snapshot() const {
    return Stats{.reads = reads.load(),
                 .round_trips = round_trips.load(),
                 .statements = statements.load(),
                 .writes = writes.load(),
                 .commits = commits.load()};
  }
};

}  // namespace sql
