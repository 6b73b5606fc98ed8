#include "sql/sqlite/checkpointer.h"

#include <pthread.h>

#include <utility>

namespace sql {
namespace {

/// Of 4 KiB each. Above the first, pages are copied while readers and the
/// writer go on. Under steady writing that never catches up, so above the
/// second what the copying left is copied with the writer held, and the log
/// begins anew.
constexpr int kPagesToCopy = 1024;
constexpr int kPagesToCatchUp = 4096;
constexpr int kWaitMilliseconds = 1'000;

}  // namespace

Checkpointer::Checkpointer(const std::string& file) : handle_(open_sqlite_handle(file, SqliteMode::kWrite)) {
  sqlite3_busy_timeout(handle_.get(), kWaitMilliseconds);
  sqlite3_exec(handle_.get(), "pragma cache_size = -64; pragma synchronous = full;", nullptr, nullptr,
               nullptr);
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "sql-checkpoint");
}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

void Checkpointer::watch(sqlite3* writer) { sqlite3_wal_hook(writer, committed, this); }

int Checkpointer::committed(void* checkpointer, sqlite3*, const char*, int pages) {
  if (pages < kPagesToCopy) return SQLITE_OK;
  auto* self = static_cast<Checkpointer*>(checkpointer);
  {
    const std::lock_guard lock(self->mutex_);
    self->pages_ = pages;
  }
  self->wanted_.notify_one();
  return SQLITE_OK;
}

void Checkpointer::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    wanted_.wait(lock, [this] { return stopping_ || pages_ > 0; });
    if (stopping_) return;
    const bool catch_up = std::exchange(pages_, 0) >= kPagesToCatchUp;
    lock.unlock();
    // A failure is tried again after the next commit.
    sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (catch_up) {
      sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
    }
    lock.lock();
  }
}

}  // namespace sql
