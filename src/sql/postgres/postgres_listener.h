// Listening to a channel: a thread and a connection of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "sql/postgres/postgres_connection.h"

namespace sql {

/// See Database::listen.
class PostgresListener final : public Listener {
 public:
  PostgresListener(std::shared_ptr<const PostgresShared> shared, std::string_view channel, Receive receive,
                   std::function<void()> resumed);
  /// Waits for a running call, and for an attempt to connect (5 s at most).
  ~PostgresListener() override;
  PostgresListener(const PostgresListener&) = delete;
  PostgresListener& operator=(const PostgresListener&) = delete;

 private:
  void loop();
  PostgresHandle connect() const;
  void receive_until_lost(PGconn* connection);
  void deliver(PGconn* connection);
  /// Until it is told to stop (true), the socket (-1: none) has input or the time is over.
  bool stopped_while_waiting(int socket, int milliseconds) const;

  const std::shared_ptr<const PostgresShared> shared_;
  const std::string channel_;
  const Receive receive_;
  const std::function<void()> resumed_;
  const int stop_;  ///< an eventfd, readable once it is to stop
  std::thread thread_;
};

}  // namespace sql
