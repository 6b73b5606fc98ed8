// How often somebody may try.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace lok {

/// Lets each key through `burst` times at once, and once more per `interval`.
/// In memory: each process counts for itself, a restart forgets. Keeps at most
/// 10,000 keys, those that tried last. Thread-safe.
class Throttle {
 public:
  Throttle(std::int64_t burst, std::chrono::milliseconds interval)
      : burst_(burst), interval_(std::chrono::microseconds(interval).count()) {}

  /// Whether this try may go on; `now` from monotonic_micros().
  bool take(const std::string& key, std::int64_t now);
  /// The try was none of those to be counted.
  void give_back(const std::string& key);

 private:
  void make_room(std::int64_t now);

  const std::int64_t burst_;
  const std::int64_t interval_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::int64_t> full_at_;  ///< when all tries of a key are there again
};

/// What counts as one caller: an IPv4 address, or the /64 network of an IPv6
/// one, whose addresses are free to their owner.
std::string network_of(std::string_view address);

}  // namespace lok
