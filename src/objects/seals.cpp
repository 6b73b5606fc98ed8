#include "objects/seals.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "jose/jose.h"
#include "objects/disk.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

constexpr std::size_t kFanOut = 2;  ///< digits of the digest that name a folder

std::string name_of(std::string_view bucket, std::string_view key) {
  while (key.ends_with('/')) key.remove_suffix(1);
  return fmt::format("{}/{}", bucket, key);
}

/// What would have to be sealed for the key to be: its bucket, each part of its path, itself.
std::vector<std::string> names_above(std::string_view bucket, std::string_view key) {
  std::vector<std::string> names{name_of(bucket, "")};
  for (std::size_t slash = key.find('/'); slash != std::string_view::npos; slash = key.find('/', slash + 1)) {
    std::string name = name_of(bucket, key.substr(0, slash));
    if (name != names.back()) names.push_back(std::move(name));
  }
  std::string whole = name_of(bucket, key);
  if (whole != names.back()) names.push_back(std::move(whole));
  return names;
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

Seals::Seals(std::string folder) : folder_(std::move(folder)) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) throw base::Error(base::code::kUnavailable, "Cannot use '{}': {}.", folder_, error.message());
}

std::string Seals::file_of(const std::string& name) const {
  const std::string digest = jose::sha256_hex(name);
  return fmt::format("{}/{}/{}", folder_, digest.substr(0, kFanOut), digest.substr(kFanOut));
}

Seals::Writing Seals::write(std::string_view bucket, std::string_view key) {
  const std::vector<std::string> names = names_above(bucket, key);
  std::unique_lock lock(mutex_);
  if (std::ranges::any_of(names, [&](const std::string& name) { return closing_.contains(name); })) refuse();
  Writing writing(*this, writing_.insert(names.back()));
  lock.unlock();
  // A seal that begins now waits for us; one that has ended has its file.
  for (const std::string& name : names) {
    const std::string file = file_of(name);
    if (::access(file.c_str(), F_OK) == 0) refuse();
    // Sealed until the opposite is known.
    if (errno != ENOENT) disk::fail("look for a seal", file);
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

void Seals::seal(std::string_view bucket, std::string_view key) {
  const std::string name = name_of(bucket, key);
  const std::string file = file_of(name);
  const std::lock_guard change(changing_);
  if (::access(file.c_str(), F_OK) == 0) return;
  std::unique_lock lock(mutex_);
  closing_.insert(name);
  lock.unlock();
  try {
    const std::string folder = disk::folder_of(file);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) disk::fail("mkdir", folder);
    disk::sync_folder(folder_);
    disk::replace_file(file, name + "\n");
  } catch (...) {
    lock.lock();
    closing_.erase(name);
    throw;
  }
  lock.lock();
  written_.wait(lock, [&] { return !is_being_written(name); });
  closing_.erase(name);
}

void Seals::unseal(std::string_view bucket, std::string_view key) {
  const std::string file = file_of(name_of(bucket, key));
  const std::lock_guard change(changing_);
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) disk::fail("unlink", file);
  disk::sync_folder(disk::folder_of(file));
}

}  // namespace objects
