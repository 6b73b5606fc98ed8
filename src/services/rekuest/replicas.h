// The other processes of this service on the same database: what one commits,
// the others tell the agents and subscribers that are connected to them.
//
// A notification only says which rows to look at. It travels with the commit,
// so its order is the order of commits, and all is told in that order, also what
// this process committed itself. What was missed while the connection to the
// database was lost is read from the rows.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "services/rekuest/delivery.h"
#include "sql/database.h"

namespace rekuest {

/// Does nothing on SQLite, which is one process's. Thread-safe; what it refers
/// to outlives it.
class Replicas {
 public:
  Replicas(sql::Database& database, AgentHub& hub, Feeds feeds, Delivery& delivery)
      : database_(database), hub_(hub), tasks_(feeds.tasks), states_(feeds.states), delivery_(delivery) {}

  ~Replicas() { stopping_ = true; }

  void listen();
  /// All goes through `announce` from then on.
  bool listens() const { return listener_ != nullptr; }

  /// Inside the write body that leads to it: told here, too, when its turn has come.
  void announce(sql::Writer& writer, Outcome told);
  /// The database has just answered: what was committed until then was heard of.
  void note_alive(std::int64_t now) { alive_ = now; }

 private:
  void hear(std::string_view payload, bool is_own);
  std::optional<Outcome> take_own(std::int64_t number);
  Outcome outcome_of(sql::Reader& reader, const base::Json& said) const;
  void catch_up();
  /// Waits for the database, unless this ends.
  void read(const std::function<void(sql::Reader&)>& body) const;

  sql::Database& database_;
  AgentHub& hub_;
  Feed& tasks_;
  StateFeed& states_;
  Delivery& delivery_;
  std::atomic<std::int64_t> alive_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::int64_t number_ = 0;              ///< of the last announcement
  std::map<std::int64_t, Outcome> own_;  ///< announced and not told yet, by number
  std::unique_ptr<sql::Listener> listener_;
};

}  // namespace rekuest
