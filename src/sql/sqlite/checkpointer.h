// Moves the write-ahead log into the database file, off the commit path.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "sql/sqlite/sqlite_connection.h"

namespace sql {

/// A thread with a connection of its own. Thread-safe.
class Checkpointer {
 public:
  explicit Checkpointer(const std::string& file);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  /// Has `writer` report its commits here. The checkpointer must outlive it.
  void watch(sqlite3* writer);

 private:
  static int committed(void* checkpointer, sqlite3* writer, const char* schema, int pages);
  void loop();
  void checkpoint(std::unique_lock<std::mutex>& lock, int mode);

  SqliteHandle handle_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::condition_variable caught_up_;
  bool catching_up_ = false;  ///< the writer waits after its next commit
  int pages_ = 0;             ///< length of the log to copy; 0: nothing to do
  int copied_ = 0;            ///< its length when it was last copied
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sql
