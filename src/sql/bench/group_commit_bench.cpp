// How near group commit comes to its limit: the disk's own fdatasync, measured
// in the same run on the same file system. `commits_per_fdatasync` is the ratio
// for one writer (1.0: a commit costs one wait for the disk and nothing else),
// `writes_per_commit` what sharing gains with many.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <latch>
#include <stdexcept>

#include "sql/testing/databases.h"

namespace {

using Clock = std::chrono::steady_clock;

/// One page of an existing file written and waited for: what a commit into a
/// log that is used again costs at least.
class Disk {
 public:
  Disk() : descriptor_(open(path().c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600)) {
    for (int page = 0; page < kPages; ++page) write_page();
    wait();
  }
  ~Disk() { close(descriptor_); }
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  void write_and_wait() {
    write_page();
    wait();
  }

 private:
  static constexpr int kPages = 1024;
  static constexpr std::array<char, 4096> kPage{};

  void write_page() {
    const off_t offset = static_cast<off_t>(kPage.size()) * (next_++ % kPages);
    if (pwrite(descriptor_, kPage.data(), kPage.size(), offset) < 0) fail();
  }
  void wait() const {
    if (fdatasync(descriptor_) != 0) fail();
  }
  [[noreturn]] void fail() const { throw std::runtime_error("Cannot write " + path()); }
  std::string path() const { return fresh_.sqlite_options().file + ".fdatasync"; }

  sql_testing::FreshDatabase fresh_{sql::Dialect::kSqlite};  // for its folder
  int descriptor_;
  int next_ = 0;
};

double fdatasyncs_per_second() {
  static const double rate = [] {
    constexpr int kWrites = 500;
    Disk disk;
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < kWrites; ++i) disk.write_and_wait();
    return kWrites / std::chrono::duration<double>(Clock::now() - start).count();
  }();
  return rate;
}

void fdatasync_alone(benchmark::State& state) {
  Disk disk;
  for (auto _ : state) disk.write_and_wait();
  state.SetItemsProcessed(state.iterations());
}

/// `in_flight` writes are waiting at any time.
void group_commit(benchmark::State& state, sql::Dialect dialect) {
  const auto in_flight = static_cast<std::ptrdiff_t>(state.range(0));
  const sql_testing::FreshDatabase fresh(dialect);
  const auto database = fresh.open();
  database->execute_script("create table entry (number bigint, body text)");
  const sql::Stats before = database->stats();
  const Clock::time_point start = Clock::now();
  for (auto _ : state) {
    std::latch finished(in_flight);
    for (std::ptrdiff_t i = 0; i < in_flight; ++i) {
      database->write_async(
          [i](sql::Writer& writer) {
            writer.execute("insert into entry values ($1, $2)",
                           {std::int64_t{i}, "a task's row, more or less"});
          },
          [&finished](std::exception_ptr error) {
            if (error) std::terminate();
            finished.count_down();
          });
    }
    finished.wait();
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const sql::Stats after = database->stats();
  const auto commits = static_cast<double>(after.commits - before.commits);
  const auto writes = static_cast<double>(after.writes - before.writes);
  state.SetItemsProcessed(static_cast<std::int64_t>(writes));
  state.counters["writes_per_commit"] = writes / commits;
  state.counters["commits_per_fdatasync"] = commits / seconds / fdatasyncs_per_second();
  state.counters["writes_per_fdatasync"] = writes / seconds / fdatasyncs_per_second();
}

BENCHMARK(fdatasync_alone)->UseRealTime();
BENCHMARK_CAPTURE(group_commit, sqlite, sql::Dialect::kSqlite)->Arg(1)->Arg(10)->Arg(100)->UseRealTime();
BENCHMARK_CAPTURE(group_commit, postgres, sql::Dialect::kPostgres)->Arg(1)->Arg(10)->Arg(100)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
