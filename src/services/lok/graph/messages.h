// Notes to people, and the channels on which somebody waits for them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bus/bus.h"
#include "entity/registry.h"
#include "sql/database.h"

namespace lok {

/// Tells who listens that a channel has something new, in whichever process they are. Thread-safe; the
/// database must outlive it.
class Communications {
 public:
  explicit Communications(sql::Database& database);
  ~Communications();
  Communications(const Communications&) = delete;
  Communications& operator=(const Communications&) = delete;

  /// Begins to hear the other processes.
  void start();

  /// With the commit of the body at work.
  void tell(sql::Writer& writer, std::int64_t channel);
  std::shared_ptr<void> follow(std::int64_t channel, const entity::Emit& emit);

 private:
  void publish(const std::string& channel);

  sql::Database& database_;
  bus::Bus bus_;
  std::unique_ptr<sql::Listener> listener_;
};

/// `myActiveMessages`, `acknowledgeMessage`, `registerComChannel`, `notifyUser`, `communications`.
/// `communications` must outlive the registry's service.
void add_messages(entity::Registry& registry, Communications& communications);

}  // namespace lok
