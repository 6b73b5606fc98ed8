#include "sql/sqlite/checkpointer.h"

#include <pthread.h>

#include <chrono>
#include <utility>

namespace sql {
namespace {

/// Of 4 KiB each. Whenever the log has grown by the first, it is copied while
/// readers and the writer go on. Under steady writing that never catches up, so
/// above the second what the copying left is copied with the writer held, and
/// the log begins anew. (SQLite's own waiting is no queue: a busy writer would
/// keep the checkpoint from ever getting its turn.)
constexpr int kPagesToCopy = 1024;
constexpr int kPagesToCatchUp = 4096;
constexpr int kWaitMilliseconds = 1'000;

/// For the readers of the old log and a transaction that is under way.
int wait_a_millisecond(void*, int waited) {
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return waited < kWaitMilliseconds ? 1 : 0;
}

}  // namespace

Checkpointer::Checkpointer(const std::string& file) : handle_(open_sqlite_handle(file, SqliteMode::kWrite)) {
  sqlite3_busy_handler(handle_.get(), wait_a_millisecond, nullptr);
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

/// On the thread that wrote, after a commit and the release of its locks.
int Checkpointer::committed(void* checkpointer, sqlite3*, const char*, int pages) {
  auto* self = static_cast<Checkpointer*>(checkpointer);
  std::unique_lock lock(self->mutex_);
  if (pages < self->copied_) self->copied_ = 0;  // the log began anew
  if (pages >= self->copied_ + kPagesToCopy) {
    self->pages_ = pages;
    self->wanted_.notify_one();
  }
  self->caught_up_.wait(lock, [self] { return !self->catching_up_; });
  return SQLITE_OK;
}

/// A failure is tried again when the log has grown further.
void Checkpointer::checkpoint(std::unique_lock<std::mutex>& lock, int mode) {
  lock.unlock();
  sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, mode, nullptr, nullptr);
  lock.lock();
}

void Checkpointer::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    wanted_.wait(lock, [this] { return stopping_ || pages_ > 0; });
    if (stopping_) return;
    const int pages = std::exchange(pages_, 0);
    copied_ = pages;
    checkpoint(lock, SQLITE_CHECKPOINT_PASSIVE);
    if (pages < kPagesToCatchUp) continue;
    catching_up_ = true;
    checkpoint(lock, SQLITE_CHECKPOINT_RESTART);
    catching_up_ = false;
    caught_up_.notify_one();
  }
}

}  // namespace sql
