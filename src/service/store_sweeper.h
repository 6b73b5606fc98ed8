// What becomes of bytes that nobody needs: their stores are orphaned when what was made of them is deleted,
// or when an upload was never finished or nothing made of it, and after days of grace the bytes go, then the
// row.
//
// Only rows that say so are ever collected, and only after looking once more whether anything refers to them.
// An upload counts as given up once its last keys have ended and the grace has passed, too,
// a finished one that something could be made of thirty days later; from then on
// nothing can be written there or made of it, and a second grace begins.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "base/metrics.h"
#include "service/store_tables.h"
#include "service/stores.h"

namespace service {

struct SweptStores {
  std::int64_t given_up = 0;  ///< uploads that nobody finished or used, now orphaned
  std::int64_t kept = 0;      ///< orphans that are referred to nevertheless, and orphans no longer
  std::int64_t deleted = 0;   ///< rows, with their bytes
  std::int64_t objects = 0;
  std::int64_t failed = 0;  ///< whose bytes the object store does not delete; tried again by a later sweep
};

/// Several processes may sweep the same rows at once. Thread-safe. The stores must outlive it, and their
/// tables be known.
class StoreSweeper {
 public:
  explicit StoreSweeper(Stores& stores) : stores_(stores) {}
  /// Ends a sweep that is going on between two objects.
  ~StoreSweeper() = default;
  StoreSweeper(const StoreSweeper&) = delete;
  StoreSweeper& operator=(const StoreSweeper&) = delete;

  /// Sweeps soon, and then every hour, in a thread of its own.
  void start();
  /// All at once; blocks on the object store, and on another sweep of this one's. Leaves a kind alone after a
  /// few failures in a row; the next sweep then begins behind them.
  SweptStores sweep(std::int64_t now, const std::stop_token& stop = {});
  /// Adds what goes to a service's page, which this outlives.
  void count(base::metrics::Registry& metrics) const;

 private:
  void give_up(const StoreKind& kind, std::int64_t now, const std::stop_token& stop, SweptStores& swept);
  void collect(const StoreKind& kind, std::int64_t now, const std::stop_token& stop, SweptStores& swept);
  struct Orphans {
    const StoreKind& kind;
    std::int64_t before;  ///< orphaned
    int failures;         ///< in a row
  };
  /// Those with ids in (after, until]; where it gave up, if it did.
  std::optional<std::int64_t> collect(Orphans& orphans, std::int64_t after, std::int64_t until,
                                      const std::stop_token& stop, SweptStores& swept);
  void keep(const StoreKind& kind, std::int64_t store);
  std::int64_t remove_bytes(const StoreKind& kind, const StoreRow& row, const std::stop_token& stop);
  bool remove_row(const StoreKind& kind, std::int64_t store);
  void run(const std::stop_token& stop);

  Stores& stores_;
  base::metrics::Counter deleted_;
  base::metrics::Counter objects_;
  std::mutex sweeping_;                              ///< before any other lock
  std::map<const StoreKind*, std::int64_t> begins_;  ///< behind these ids, under `sweeping_`
  std::mutex mutex_;
  std::condition_variable_any woken_;
  std::jthread thread_;  ///< last: it ends before what it uses
};

}  // namespace service
