// Verified callers by the hash of their token.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace service {

struct Identity;

/// A bounded map, the least recently used entry leaving first. Thread-safe.
class IdentityCache {
 public:
  explicit IdentityCache(std::size_t capacity);

  struct Entry {
    std::shared_ptr<const Identity> identity;
    std::int64_t checked_at = 0;  ///< when the membership was last read, microseconds UTC
    std::uint64_t epoch = 0;      ///< of memberships, from before it was read
  };
  /// An entry without identity if there is none.
  Entry find(std::string_view digest);
  void put(const std::string& digest, Entry entry);
  void erase(std::string_view digest);
  std::size_t size() const;

 private:
  struct Node {
    std::string digest;
    Entry entry;
  };
  struct DigestHash {
    std::size_t operator()(std::string_view digest) const;
  };
  /// Several, so that threads seldom meet at one lock.
  struct Shard {
    mutable std::mutex mutex;
    std::list<Node> by_use;  ///< most recent first
    std::unordered_map<std::string_view, std::list<Node>::iterator, DigestHash> by_digest;
  };
  static constexpr std::size_t kShards = 16;

  Shard& shard_of(std::string_view digest);

  const std::size_t shard_capacity_;
  std::array<Shard, kShards> shards_;
};

}  // namespace service
