#include "bus/bus.h"

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bus {
namespace {

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

struct Subscriber {
  explicit Subscriber(std::function<void(const Change&)> function) : receive(std::move(function)) {}

  const std::function<void(const Change&)> receive;
  /// Held during a call, so that ending waits for it. Recursive: a subscriber
  /// may end its own subscription.
  std::recursive_mutex calling;
  bool ended = false;
};

using Subscribers = std::vector<std::shared_ptr<Subscriber>>;

struct Topic {
  std::mutex delivering;  ///< one change at a time, so that all see one order
  std::shared_ptr<const Subscribers> subscribers = std::make_shared<Subscribers>();
};

}  // namespace

// Lock order: Topic::delivering, Subscriber::calling, State::mutex. The last is
// never held while a subscriber is called, so that it may subscribe and end.
struct Bus::State {
  mutable std::shared_mutex mutex;  ///< guards `topics` and each topic's `subscribers`
  std::unordered_map<std::string, std::shared_ptr<Topic>, Hash, std::equal_to<>> topics;

  void add(const std::string& name, const std::shared_ptr<Subscriber>& subscriber) {
    const std::unique_lock lock(mutex);
    std::shared_ptr<Topic>& topic = topics[name];
    if (topic == nullptr) topic = std::make_shared<Topic>();
    Subscribers grown = *topic->subscribers;
    grown.push_back(subscriber);
    topic->subscribers = std::make_shared<Subscribers>(std::move(grown));
  }

  void remove(const std::string& name, const std::shared_ptr<Subscriber>& subscriber) {
    const std::unique_lock lock(mutex);
    const auto found = topics.find(name);
    Subscribers shrunk = *found->second->subscribers;
    std::erase(shrunk, subscriber);
    if (shrunk.empty()) {
      topics.erase(found);
    } else {
      found->second->subscribers = std::make_shared<Subscribers>(std::move(shrunk));
    }
  }

  std::shared_ptr<Topic> find(std::string_view name) const {
    const std::shared_lock lock(mutex);
    const auto found = topics.find(name);
    return found == topics.end() ? nullptr : found->second;
  }

  std::shared_ptr<const Subscribers> subscribers_of(const Topic& topic) const {
    const std::shared_lock lock(mutex);
    return topic.subscribers;
  }
};

Bus::Bus() : state_(std::make_shared<State>()) {}
Bus::~Bus() = default;

Bus::Subscription& Bus::Subscription::operator=(Subscription&&) noexcept = default;
Bus::Subscription::~Subscription() = default;

Bus::Subscription Bus::subscribe(std::string topic, std::function<void(const Change&)> receive) {
  auto subscriber = std::make_shared<Subscriber>(std::move(receive));
  state_->add(topic, subscriber);
  const auto end = [state = state_, topic = std::move(topic), subscriber](void*) {
    state->remove(topic, subscriber);
    const std::lock_guard lock(subscriber->calling);
    subscriber->ended = true;
  };
  return Subscription(std::shared_ptr<void>(subscriber.get(), end));
}

void Bus::publish(std::string_view topic, const Change& change) {
  const std::shared_ptr<Topic> found = state_->find(topic);
  if (found == nullptr) return;
  const std::lock_guard delivering(found->delivering);
  const std::shared_ptr<const Subscribers> subscribed = state_->subscribers_of(*found);
  for (const std::shared_ptr<Subscriber>& subscriber : *subscribed) {
    const std::lock_guard calling(subscriber->calling);
    if (!subscriber->ended) subscriber->receive(change);
  }
}

std::size_t Bus::subscribers(std::string_view topic) const {
  const std::shared_ptr<Topic> found = state_->find(topic);
  return found == nullptr ? 0 : state_->subscribers_of(*found)->size();
}

}  // namespace bus
