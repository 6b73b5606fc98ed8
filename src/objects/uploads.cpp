#include "objects/uploads.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/log.h"
#include "base/random.h"
#include "objects/disk.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

constexpr std::size_t kKeptOpen = 256;
constexpr std::size_t kIdBytes = 18;
constexpr std::size_t kIdSize = 24;

[[noreturn]] void no_such_upload() {
  throw S3Error(404, "NoSuchUpload", "There is no such upload. It may have been completed or aborted.");
}

bool is_id(std::string_view text) {
  return text.size() == kIdSize && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                  c == '_';
         });
}

}  // namespace

Uploads::Uploads(const std::string& root) : folder_(root + "/.uploads") {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) throw base::Error(base::code::kUnavailable, "Cannot use '{}': {}.", folder_, error.message());
  recent_.resize(kKeptOpen);
}

std::string Uploads::create(UploadPlan plan) {
  std::string id = base::random_token(kIdBytes);
  auto upload = Upload::create(folder_ + "/" + id, std::move(plan));
  disk::sync_folder(folder_);
  const std::lock_guard lock(mutex_);
  open_[id] = upload;
  recent_[next_recent_++ % kKeptOpen] = std::move(upload);
  return id;
}

std::shared_ptr<Upload> Uploads::open(const std::string& id) {
  const std::lock_guard lock(mutex_);
  if (const auto known = open_.find(id); known != open_.end()) {
    if (auto upload = known->second.lock()) return upload->has_ended() ? nullptr : upload;
  }
  auto upload = Upload::open(folder_ + "/" + id);
  if (!upload) return nullptr;
  std::erase_if(open_, [](const auto& each) { return each.second.expired(); });
  open_[id] = upload;
  recent_[next_recent_++ % kKeptOpen] = upload;
  return upload;
}

std::shared_ptr<Upload> Uploads::find(const std::string& id, std::string_view bucket, std::string_view key) {
  if (!is_id(id)) no_such_upload();
  auto upload = open(id);
  if (!upload || upload->plan().bucket != bucket || upload->plan().key != key) no_such_upload();
  return upload;
}

std::vector<Uploads::Listed> Uploads::list(std::string_view bucket) {
  std::vector<Listed> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    const std::string id = entry.path().filename().string();
    const auto upload = is_id(id) ? open(id) : nullptr;
    if (upload && upload->plan().bucket == bucket) found.push_back({id, upload->plan()});
  }
  std::ranges::sort(found, {}, [](const Listed& each) {
    return std::tuple(std::string_view(each.plan.key), each.plan.begun_at, std::string_view(each.id));
  });
  return found;
}

void Uploads::remove_older(std::int64_t before) {
  constexpr std::int64_t kMicros = 1'000'000;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    const std::string id = entry.path().filename().string();
    if (!is_id(id)) continue;
    struct stat status{};
    const std::string log = entry.path().string() + "/log";
    // Without a log it was cut off while it was made, or while it was removed.
    const bool is_whole = ::stat(log.c_str(), &status) == 0;
    if (is_whole && status.st_mtim.tv_sec * kMicros >= before) continue;
    try {
      const auto upload = open(id);
      if (upload) upload->abort();
      if (!upload && ::stat(entry.path().c_str(), &status) == 0 && status.st_mtim.tv_sec * kMicros < before)
        std::filesystem::remove_all(entry.path(), error);
      base::log::info("objects.upload_removed", {{"upload", id}});
    } catch (const std::exception& failure) {
      base::log::warning("objects.upload_not_removed", {{"upload", id}, {"error", failure.what()}});
    }
  }
}

}  // namespace objects
