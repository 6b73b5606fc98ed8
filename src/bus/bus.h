// Wake-ups: who wants to hear that something changed. In-process.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"

namespace bus {

/// A change after its commit: the row's after-image, so that nobody has to
/// read it again. Shared by all subscribers, never modified.
using Change = std::shared_ptr<const base::Json>;

/// Delivers changes to live subscribers, per topic in the order published.
/// Thread-safe. Publishing calls the subscribers in the publisher's thread, so
/// a subscriber only queues the change and returns.
class Bus {
 public:
  Bus();
  ~Bus();

  /// Ends with its destruction; after that no further call is made (one that
  /// already runs is waited for).
  class Subscription {
   public:
    Subscription() = default;
    Subscription(Subscription&&) noexcept = default;
    Subscription& operator=(Subscription&&) noexcept;
    ~Subscription();

   private:
    friend class Bus;
    explicit Subscription(std::shared_ptr<void> state) : state_(std::move(state)) {}
    std::shared_ptr<void> state_;
  };
  [[nodiscard]] Subscription subscribe(std::string topic, std::function<void(const Change&)> receive);
  void publish(std::string_view topic, const Change& change);
  std::size_t subscribers(std::string_view topic) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace bus
