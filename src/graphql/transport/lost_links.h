// Tells a link that comes back from one that is new, by the token both begin
// with. Why the official client needs that: docs/subscriptions.md.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace graphql {

/// What a socket's first message tells about its link.
enum class Link {
  kNew,
  kPerhapsBack,  ///< a socket with this token was lost lately, here or with the process before
  kBack,         ///< an acknowledgement has broken it a moment ago
};

/// Thread-safe. Tokens are not verified here, so nothing but a hash is kept,
/// of a bounded number, for as long as a link tries to come back. Times are
/// microseconds since the epoch.
class LostLinks {
 public:
  explicit LostLinks(std::int64_t process_began = base::now_micros()) : process_began_(process_began) {}

  /// Each loss explains one link that comes back.
  Link recognize(const std::string& token, std::optional<std::int64_t> issued, std::int64_t now);
  void lost(const std::string& token, Link next, std::int64_t now);

 private:
  struct Loss {
    std::int64_t when;
    Link next;
  };

  const std::int64_t process_began_;
  std::mutex mutex_;
  std::int64_t swept_ = 0;
  std::unordered_multimap<std::size_t, Loss> losses_;  ///< by hash of the token
};

}  // namespace graphql
