#include "services/rekuest/stream.h"

#include <utility>

namespace rekuest {

std::shared_ptr<void> follow(bus::Bus& bus, std::string topic, entity::Emit emit) {
  return std::make_shared<bus::Bus::Subscription>(bus.subscribe(
      std::move(topic), [emit = std::move(emit)](const bus::Change& change) { emit(*change); }));
}

void Stream::subscribe(bus::Bus& bus, std::string topic) {
  subscription_ = bus.subscribe(std::move(topic), [weak = weak_from_this()](const bus::Change& change) {
    if (const auto live = weak.lock()) live->receive(change);
  });
}

void Stream::begin(const std::function<void()>& tell_past) {
  const std::lock_guard lock(mutex_);
  tell_past();
  for (const bus::Change& change : waiting_) tell(*change);
  waiting_.clear();
  has_begun_ = true;
}

void Stream::receive(const bus::Change& change) {
  const std::lock_guard lock(mutex_);
  if (has_begun_) {
    tell(*change);
  } else {
    waiting_.push_back(change);
  }
}

}  // namespace rekuest
