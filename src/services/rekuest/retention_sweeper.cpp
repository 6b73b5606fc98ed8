#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "services/rekuest/retention.h"

namespace rekuest {
namespace {

constexpr std::int64_t kLogEveryMicros = 60'000'000;

struct Counters {
  base::metrics::Counter tasks, patches, snapshots, sessions, positions;
};

void log_progress(const char* event, const Deleted& deleted) {
  base::log::info(event, {{"tasks", deleted.tasks},
                          {"patches", deleted.patches},
                          {"snapshots", deleted.snapshots},
                          {"sessions", deleted.sessions},
                          {"positions", deleted.positions}});
}

}  // namespace

// Shared by its own chunks, which may still be under way when the owner goes.
struct Retention::Sweeper : std::enable_shared_from_this<Sweeper> {
  Sweeper(sql::Database& base, RetentionSettings what) : database(base), settings(what) {}

  struct Step {
    SweepPoint point;
    Deleted deleted;
  };

  void go_on(std::int64_t now, SweepPoint from) {
    auto step = std::make_shared<Step>();
    database.write_async(
        [settings = settings, now, from, step](sql::Writer& writer) {
          *step = {};
          step->point = sweep_chunk(writer, settings, now, from, step->deleted);
        },
        [self = shared_from_this(), now, step](const std::exception_ptr& error) {
          self->passed(now, *step, error);
        });
  }

  void passed(std::int64_t now, const Step& step, const std::exception_ptr& error) {
    if (error) return fail(error);
    total += step.deleted;
    add(step.deleted);
    if (stopped || step.point.part == SweepPoint::Part::kDone) return finish();
    if (const std::int64_t time = base::monotonic_micros(); time - logged_at > kLogEveryMicros) {
      log_progress("rekuest.retention_goes_on", total);
      logged_at = time;
    }
    go_on(now, step.point);
  }

  void finish() {
    if (total.all() > 0) log_progress("rekuest.retention_done", total);
    running = false;
  }

  // The next sweep begins anew.
  void fail(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& failure) {
      base::log::error("rekuest.retention_failed", {{"error", failure.what()}});
    }
    finish();
  }

  void add(const Deleted& deleted) {
    const auto count = [](base::metrics::Counter& counter, std::int64_t rows) {
      counter.add(static_cast<std::uint64_t>(rows));
    };
    count(counters.tasks, deleted.tasks);
    count(counters.patches, deleted.patches);
    count(counters.snapshots, deleted.snapshots);
    count(counters.sessions, deleted.sessions);
    count(counters.positions, deleted.positions);
  }

  sql::Database& database;
  const RetentionSettings settings;
  std::atomic<bool> stopped{false};
  std::atomic<bool> running{false};
  Counters counters;
  // Of the sweep that is running, by whoever writes.
  Deleted total;
  std::int64_t logged_at = 0;
};

Retention::Retention(sql::Database& database, RetentionSettings settings)
    : sweeper_(std::make_shared<Sweeper>(database, settings)) {}

Retention::~Retention() { sweeper_->stopped = true; }

void Retention::sweep(std::int64_t now) {
  if (sweeper_->running.exchange(true)) return;
  sweeper_->total = {};
  sweeper_->logged_at = base::monotonic_micros();
  sweeper_->go_on(now, {});
}

void Retention::count(base::metrics::Registry& metrics) const {
  const auto add = [&](const char* what, const base::metrics::Counter& counter) {
    metrics.counter("arkitektd_retention_deleted_total", "Rows deleted because of their age.",
                    {{"what", what}},
                    [sweeper = sweeper_, &counter] { return static_cast<double>(counter.value()); });
  };
  add("task", sweeper_->counters.tasks);
  add("patch", sweeper_->counters.patches);
  add("snapshot", sweeper_->counters.snapshots);
  add("session", sweeper_->counters.sessions);
  add("journal_position", sweeper_->counters.positions);
}

}  // namespace rekuest
