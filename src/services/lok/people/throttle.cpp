#include "services/lok/people/throttle.h"

#include <arpa/inet.h>

#include <algorithm>
#include <iterator>

namespace lok {
namespace {

constexpr std::size_t kMostKeys = 10'000;
constexpr std::size_t kNetworkBytes = 8;

}  // namespace

bool Throttle::take(const std::string& key, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  if (full_at_.size() >= kMostKeys && !full_at_.contains(key)) make_room(now);
  std::int64_t& full_at = full_at_[key];
  full_at = std::max(full_at, now);
  if (full_at - now > (burst_ - 1) * interval_) return false;
  full_at += interval_;
  return true;
}

void Throttle::give_back(const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (const auto found = full_at_.find(key); found != full_at_.end()) found->second -= interval_;
}

// Mostly those that have nothing against them any more; else the one with the least.
void Throttle::make_room(std::int64_t now) {
  std::erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
  if (full_at_.size() < kMostKeys) return;
  full_at_.erase(std::ranges::min_element(full_at_, {}, [](const auto& entry) { return entry.second; }));
}

std::string network_of(std::string_view address) {
  const std::string text(address);
  in6_addr bytes{};
  if (inet_pton(AF_INET6, text.c_str(), &bytes) != 1 || IN6_IS_ADDR_V4MAPPED(&bytes)) return text;
  std::fill(bytes.s6_addr + kNetworkBytes, std::end(bytes.s6_addr), 0);
  char network[INET6_ADDRSTRLEN];
  inet_ntop(AF_INET6, &bytes, network, sizeof network);
  return std::string(network) + "/64";
}

}  // namespace lok
