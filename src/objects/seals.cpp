#include "objects/seals.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

std::string_view without_slashes(std::string_view key) {
  while (key.ends_with('/')) key.remove_suffix(1);
  return key;
}

std::string name_of(std::string_view bucket, std::string_view key) {
  return fmt::format("{}/{}", bucket, without_slashes(key));
}

/// What would have to be finished for the key to be: each part of its path, itself, and the bucket ("").
std::vector<std::string> keys_above(std::string_view key) {
  std::vector<std::string> keys{""};
  const auto add = [&](std::string_view part) {
    part = without_slashes(part);
    if (part != keys.back()) keys.emplace_back(part);
  };
  for (std::size_t slash = key.find('/'); slash != std::string_view::npos; slash = key.find('/', slash + 1))
    add(key.substr(0, slash));
  add(key);
  return keys;
}

[[noreturn]] void refuse() {
  throw S3Error(403, "AccessDenied", "What is stored here is finished and does not change any more.");
}

}  // namespace

Seals::Writing::Writing(Writing&& other) noexcept
    : seals_(std::exchange(other.seals_, nullptr)), place_(other.place_) {}

Seals::Writing::~Writing() {
  if (seals_ == nullptr) return;
  {
    const std::lock_guard lock(seals_->mutex_);
    seals_->writing_.erase(place_);
  }
  seals_->written_.notify_all();
}

Seals::Writing Seals::write(std::string_view bucket, std::string_view key) {
  const std::vector<std::string> keys = keys_above(key);
  std::unique_lock lock(mutex_);
  const auto is_held = [&](const std::string& above) { return held_.contains(name_of(bucket, above)); };
  if (!held_.empty() && std::ranges::any_of(keys, is_held)) refuse();
  Writing writing(*this, writing_.insert(name_of(bucket, key)));
  lock.unlock();
  // Whoever holds it from now on waits for us; what was finished before is known.
  try {
    for (const IsFinished& is_finished : asked_) {
      if (is_finished(bucket, keys)) refuse();
    }
  } catch (const base::Error& error) {
    throw S3Error(503, "ServiceUnavailable", "Whether this may be written is not known now: {}",
                  error.message());
  }
  return writing;
}

void Seals::check(std::string_view bucket, std::string_view key) {
  [[maybe_unused]] const auto none = write(bucket, key);
}

bool Seals::is_being_written(const std::string& name) const {
  if (writing_.contains(name)) return true;
  const std::string below = name.ends_with('/') ? name : name + "/";
  const auto next = writing_.lower_bound(below);
  return next != writing_.end() && next->starts_with(below);
}

void Seals::hold(std::string_view bucket, std::string_view key) {
  const std::string name = name_of(bucket, key);
  std::unique_lock lock(mutex_);
  held_.insert(name);
  written_.wait(lock, [&] { return !is_being_written(name); });
}

void Seals::release(std::string_view bucket, std::string_view key) noexcept {
  const std::string name = name_of(bucket, key);
  const std::lock_guard lock(mutex_);
  const auto held = held_.find(name);
  if (held != held_.end()) held_.erase(held);
}

}  // namespace objects
