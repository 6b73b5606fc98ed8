// The other processes of this service on the same database: what one commits,
// the others tell the agents and subscribers that are connected to them.
//
// A notification only says which rows to look at. It travels with the commit,
// so that order is the order of commits; what was missed while the connection
// to the database was lost is read from the rows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "services/rekuest/delivery.h"
#include "sql/database.h"

namespace rekuest {

/// Does nothing on SQLite, which is one process's. Thread-safe; what it refers
/// to outlives it.
class Replicas {
 public:
  Replicas(sql::Database& database, AgentHub& hub, Feed& feed, Delivery& delivery)
      : database_(database), hub_(hub), feed_(feed), delivery_(delivery) {}

  void listen();

  /// Inside the write body that leads to it.
  void announce(sql::Writer& writer, const Outcome& told) const;
  /// The agent has a connection here now; another process closes the one it had.
  void announce_connection(sql::Writer& writer, std::int64_t agent, const std::string& connection) const;

 private:
  void hear(std::string_view payload);
  void catch_up();

  sql::Database& database_;
  AgentHub& hub_;
  Feed& feed_;
  Delivery& delivery_;
  std::int64_t heard_ = 0;  ///< when the last notification came, on the listener's thread
  std::unique_ptr<sql::Listener> listener_;
};

}  // namespace rekuest
