// Who hears of what was made, changed and deleted: subscriptions, in this process and in others on the same
// database.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"
#include "bus/bus.h"
#include "entity/registry.h"
#include "sql/database.h"

namespace mikro {

/// Thread-safe. The database must outlive it.
class Feed {
 public:
  explicit Feed(sql::Database& database) : database_(database) {}

  /// Begins to hear of other processes' changes.
  void listen();

  /// Tells the followers of `topic`, once the transaction is committed. An event names rows by their ids.
  void publish(sql::Writer& writer, const std::string& topic, base::Json event);
  /// Every event of a topic, from now on, until the handle is dropped.
  std::shared_ptr<void> follow(std::string topic, entity::Emit emit);

 private:
  sql::Database& database_;
  bus::Bus bus_;
  std::unique_ptr<sql::Listener> listener_;
};

/// `files/3`, of an organization; `files/3/7`, of one folder there.
std::string topic_of(std::string_view things, std::int64_t organization);
std::string topic_of(std::string_view things, std::int64_t organization, std::int64_t folder);

}  // namespace mikro
