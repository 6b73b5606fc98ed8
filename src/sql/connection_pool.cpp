#include "sql/connection_pool.h"

namespace sql {

/// An idle connection, or null for the permission to open one.
std::unique_ptr<Connection> ConnectionPool::wait_for_one() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [this] { return !idle_.empty() || vacancies_ > 0; });
  if (idle_.empty()) {
    --vacancies_;
    return nullptr;
  }
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

std::unique_ptr<Connection> ConnectionPool::take() {
  std::unique_ptr<Connection> connection = wait_for_one();
  try {
    if (connection == nullptr || !connection->usable()) connection = connect_();
    return connection;
  } catch (...) {
    put_back(nullptr);
    throw;
  }
}

void ConnectionPool::put_back(std::unique_ptr<Connection> connection) {
  if (connection != nullptr && !connection->usable()) connection.reset();
  {
    const std::lock_guard lock(mutex_);
    if (connection != nullptr) {
      idle_.push_back(std::move(connection));
    } else {
      ++vacancies_;
    }
  }
  freed_.notify_one();
}

}  // namespace sql
