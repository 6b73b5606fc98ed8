// A fixed number of connections, opened when they are first needed.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "sql/connection.h"

namespace sql {

/// Thread-safe. Waiting is unbounded, reads are not: drivers limit how long a
/// statement and a snapshot last.
class ConnectionPool {
 public:
  ConnectionPool(Connect connect, std::size_t size) : connect_(std::move(connect)), vacancies_(size) {}

  /// A connection for a scope; back in the pool with it, unless unusable.
  class Lease {
   public:
    explicit Lease(ConnectionPool& pool) : pool_(pool), connection_(pool.take()) {}
    ~Lease() { pool_.put_back(std::move(connection_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    ConnectionPool& pool_;
    std::unique_ptr<Connection> connection_;
  };

 private:
  std::unique_ptr<Connection> take();
  void put_back(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> wait_for_one();

  const Connect connect_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> idle_;  ///< the last used is taken first: its cache is warm
  std::size_t vacancies_;                          ///< connections that may still be opened
};

}  // namespace sql
