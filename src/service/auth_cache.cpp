#include "service/auth_cache.h"

#include <cstring>

namespace service {

IdentityCache::IdentityCache(std::size_t capacity) : shard_capacity_(capacity / kShards + 1) {}

std::size_t IdentityCache::DigestHash::operator()(std::string_view digest) const {
  std::size_t hash = 0;  // a digest is as good as random already
  std::memcpy(&hash, digest.data(), std::min(sizeof(hash), digest.size()));
  return hash;
}

IdentityCache::Shard& IdentityCache::shard_of(std::string_view digest) {
  return shards_[static_cast<unsigned char>(digest.back()) % kShards];
}

IdentityCache::Entry IdentityCache::find(std::string_view digest) {
  Shard& shard = shard_of(digest);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_digest.find(digest);
  if (found == shard.by_digest.end()) return {};
  shard.by_use.splice(shard.by_use.begin(), shard.by_use, found->second);
  return found->second->entry;
}

void IdentityCache::put(const std::string& digest, Entry entry) {
  Shard& shard = shard_of(digest);
  const std::lock_guard lock(shard.mutex);
  if (const auto found = shard.by_digest.find(digest); found != shard.by_digest.end()) {
    found->second->entry = std::move(entry);
    return;
  }
  shard.by_use.push_front({digest, std::move(entry)});
  shard.by_digest.emplace(shard.by_use.front().digest, shard.by_use.begin());
  if (shard.by_use.size() <= shard_capacity_) return;
  shard.by_digest.erase(shard.by_use.back().digest);
  shard.by_use.pop_back();
}

void IdentityCache::erase(std::string_view digest) {
  Shard& shard = shard_of(digest);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_digest.find(digest);
  if (found == shard.by_digest.end()) return;
  const auto node = found->second;
  shard.by_digest.erase(found);
  shard.by_use.erase(node);
}

std::size_t IdentityCache::size() const {
  std::size_t all = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    all += shard.by_use.size();
  }
  return all;
}

}  // namespace service
