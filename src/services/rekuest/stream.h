// Streams of changes, for subscriptions.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "entity/registry.h"

namespace rekuest {

/// Every change of a topic, from now on, until the handle is dropped.
std::shared_ptr<void> follow(bus::Bus& bus, std::string topic, entity::Emit emit);

/// What was, and then what happens, without a gap: live changes wait until the
/// beginning has been told. Changes come from any thread; owned by a shared_ptr.
class Stream : public std::enable_shared_from_this<Stream> {
 public:
  explicit Stream(entity::Emit emit) : emit_(std::move(emit)) {}
  virtual ~Stream() = default;

  /// Before the beginning is read.
  void subscribe(bus::Bus& bus, std::string topic);

 protected:
  /// `tell_past` emits the beginning and notes how far that goes.
  void begin(const std::function<void()>& tell_past);
  /// One change, with the stream locked. What the beginning contained is not to be
  /// told again: a change is published a moment after a reader can see it.
  virtual void tell(const base::Json& change) = 0;

  const entity::Emit emit_;

 private:
  void receive(const bus::Change& change);

  std::mutex mutex_;
  bool has_begun_ = false;
  std::vector<bus::Change> waiting_;
  bus::Bus::Subscription subscription_;
};

}  // namespace rekuest
