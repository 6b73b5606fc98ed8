#include "graphql/transport/lost_links.h"

#include <algorithm>

namespace graphql {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

// The client tries five times, four seconds apart, then gives its link up.
constexpr std::int64_t kComesBackWithin = 30 * kSecond;

// Tokens say they were issued a few seconds earlier than they were, for clocks that differ.
constexpr std::int64_t kBackdated = 10 * kSecond;

constexpr std::size_t kMaxLosses = 10'000;

}  // namespace

Link LostLinks::recognize(const std::string& token, std::optional<std::int64_t> issued, std::int64_t now) {
  {
    const std::lock_guard lock(mutex_);
    const auto [first, last] = losses_.equal_range(std::hash<std::string>()(token));
    const auto recent = std::find_if(
        first, last, [&](const auto& entry) { return now < entry.second.when + kComesBackWithin; });
    if (recent != last) {
      const Link link = recent->second.next;
      losses_.erase(recent);
      return link;
    }
  }
  // What the process before us lost we cannot know.
  const bool is_of_before = issued && *issued + kBackdated < process_began_;
  return is_of_before && now < process_began_ + kComesBackWithin ? Link::kPerhapsBack : Link::kNew;
}

void LostLinks::lost(const std::string& token, Link next, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  if (losses_.size() >= kMaxLosses) {
    // Strangers must neither push out what others lost nor keep us sweeping.
    if (now < swept_ + kSecond) return;
    swept_ = now;
    std::erase_if(losses_, [&](const auto& entry) { return entry.second.when + kComesBackWithin <= now; });
    if (losses_.size() >= kMaxLosses) return;
  }
  losses_.emplace(std::hash<std::string>()(token), Loss{now, next});
}

}  // namespace graphql
