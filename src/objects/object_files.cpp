#include "objects/object_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/json.h"
#include "base/random.h"
#include "objects/disk.h"
#include "objects/key_path.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

using base::Json;
using disk::Descriptor;
using disk::fail;
using disk::folder_of;
using disk::parent_is_object;
using disk::sync_folder;

constexpr const char* kAttribute = "user.arkitekt.object";
constexpr const char* kIncoming = ".incoming";
constexpr std::size_t kUsualAttribute = 1024;
constexpr std::size_t kLargestAttribute = 64 * 1024;
/// What fits beside a file on ext4, whose attributes share one block.
constexpr std::size_t kLargestWritten = 3800;
constexpr std::int64_t kMicros = 1'000'000;
constexpr std::int64_t kNanosAMicro = 1'000;
constexpr int kAttempts = 8;  ///< against folders that vanish because they became empty

std::string attribute_text(const ObjectFacts& facts) {
  Json headers = Json::array();
  for (const auto& [name, value] : facts.headers) headers.push_back(Json::array({name, value}));
  return Json::object({{"etag", facts.etag}, {"type", facts.content_type}, {"headers", std::move(headers)}})
      .dump();
}

// A file that was put there by hand has no attribute; it is an object all the same.
ObjectFacts facts_of(int descriptor, const std::string& path) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) fail("stat", path);
  ObjectFacts facts;
  facts.size = static_cast<std::uint64_t>(status.st_size);
  facts.modified_at = status.st_mtim.tv_sec * kMicros + status.st_mtim.tv_nsec / kNanosAMicro;
  facts.etag = fmt::format("{:x}-{:x}", facts.size, facts.modified_at);
  std::string text(kUsualAttribute, '\0');
  ssize_t size = ::fgetxattr(descriptor, kAttribute, text.data(), text.size());
  if (size < 0 && errno == ERANGE) {
    text.resize(kLargestAttribute);
    size = ::fgetxattr(descriptor, kAttribute, text.data(), text.size());
  }
  if (size < 0) return facts;
  text.resize(static_cast<std::size_t>(size));
  const Json stored = Json::parse(text);
  facts.etag = stored["etag"].as_string();
  facts.content_type = stored["type"].as_string();
  for (const Json& header : stored["headers"].items()) {
    facts.headers.emplace_back(header.items()[0].as_string(), header.items()[1].as_string());
  }
  return facts;
}

/// -1 if there is no file.
int open_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return -1;
    fail("open", path);
  }
  struct stat status{};
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) return descriptor;
  ::close(descriptor);
  return -1;
}

void check(const WriteCondition& condition, const std::string& path) {
  if (!condition.only_new && !condition.only_change) return;
  const Descriptor there(open_file(path));
  const bool exists = there.get() >= 0;
  if (condition.only_change && !exists) throw S3Error(404, "NoSuchKey", "There is no object to change.");
  const bool is_met =
      condition.only_new ? !exists : facts_of(there.get(), path).etag == *condition.only_change;
  if (is_met) return;
  throw S3Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.")
      .with_condition(condition.only_new ? "If-None-Match" : "If-Match");
}

void check(const RemoveCondition& condition, const std::string& path) {
  if (!condition.is_any()) return;
  const Descriptor there(open_file(path));
  if (there.get() < 0) {
    if (condition.must_exist) throw S3Error(404, "NoSuchKey", "There is no object to delete.");
    return;
  }
  const ObjectFacts facts = facts_of(there.get(), path);
  const auto fail_unless = [](bool is_met, const char* name) {
    if (is_met) return;
    throw S3Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.")
        .with_condition(name);
  };
  fail_unless(condition.etag.value_or(facts.etag) == facts.etag, "If-Match");
  fail_unless(condition.size.value_or(facts.size) == facts.size, "x-amz-if-match-size");
  // Clients are told whole seconds.
  fail_unless(condition.modified_at.value_or(facts.modified_at) / kMicros == facts.modified_at / kMicros,
              "x-amz-if-match-last-modified-time");
}

}  // namespace

OpenObject::~OpenObject() { ::close(descriptor_); }

std::string OpenObject::read(std::uint64_t offset, std::size_t size) const {
  if (offset >= facts_.size) return {};
  size = std::min(size, facts_.size - offset);
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got =
        ::pread(descriptor_, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", "an open object");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

IncomingObject::~IncomingObject() {
  ::close(descriptor_);
  if (!path_.empty() && if_dropped_ == IfDropped::kRemoved) ::unlink(path_.c_str());
}

void IncomingObject::write(std::string_view bytes) { disk::write_all(descriptor_, bytes, path_); }

void IncomingObject::append(int from, std::uint64_t offset, std::uint64_t size) {
  constexpr std::uint64_t kStep = 256ULL << 20U;
  auto at = static_cast<off_t>(offset);
  while (size > 0) {
    const ssize_t copied = ::copy_file_range(from, &at, descriptor_, nullptr, std::min(size, kStep), 0);
    if (copied < 0 && errno == EINTR) continue;
    if (copied < 0) fail("copy", path_);
    if (copied == 0)
      throw S3Error(500, "InternalError", "A file of the object store is shorter than it was.");
    size -= static_cast<std::uint64_t>(copied);
  }
}

ObjectFiles::ObjectFiles(std::string root) : root_(std::move(root)), folders_(root_) {
  std::error_code error;
  const std::string incoming = root_ + "/" + kIncoming;
  std::filesystem::remove_all(incoming, error);  // what nobody will finish
  std::filesystem::create_directories(incoming, error);
  if (error) throw base::Error(base::code::kUnavailable, "Cannot use '{}': {}.", root_, error.message());
  ::chmod(root_.c_str(), 0700);
  if (::setxattr(incoming.c_str(), kAttribute, "", 0, 0) != 0) {
    throw base::Error(
        base::code::kUnavailable,
        "The file system of '{}' keeps no extended attributes ({}), which objects need. Choose a "
        "data directory on another one, such as ext4 or XFS.",
        root_, std::strerror(errno));
  }
}

std::unique_ptr<IncomingObject> ObjectFiles::begin() const {
  std::string path = root_ + "/" + kIncoming + "/" + base::random_token(12);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) fail("create", path);
  return std::make_unique<IncomingObject>(descriptor, std::move(path));
}

std::string ObjectFiles::path(std::string_view bucket, std::string_view key) const {
  check_bucket(bucket);
  return fmt::format("{}/{}/{}", root_, bucket, path_of_key(key));
}

std::mutex& ObjectFiles::lock_of(std::string_view bucket, std::string_view key) {
  return locks_[(std::hash<std::string_view>()(bucket) * 31 + std::hash<std::string_view>()(key)) % kLocks];
}

void ObjectFiles::commit(std::unique_ptr<IncomingObject> object, std::string_view bucket,
                         std::string_view key, const ObjectFacts& facts, const WriteCondition& condition) {
  const std::string target = path(bucket, key);
  const std::string attribute = attribute_text(facts);
  if (attribute.size() > kLargestWritten) {
    throw S3Error(400, "MetadataTooLarge",
                  "The object's headers and metadata are too long: at most about 3 KiB.");
  }
  if (::fsetxattr(object->descriptor_, kAttribute, attribute.data(), attribute.size(), 0) != 0) {
    fail("set attributes", target);
  }
  if (::fsync(object->descriptor_) != 0) fail("fsync", target);

  const std::lock_guard lock(lock_of(bucket, key));
  check(condition, target);
  for (int attempt = 1; ::rename(object->path_.c_str(), target.c_str()) != 0; ++attempt) {
    if (errno == ENOTDIR) parent_is_object();
    if (errno == EISDIR && !folders_.remove(target) && errno != ENOENT) parent_is_object();
    if ((errno != ENOENT && errno != EISDIR) || attempt == kAttempts) fail("rename", target);
    folders_.make(folder_of(target));
  }
  object->path_.clear();
  sync_folder(folder_of(target));
  folders_.make_durable(folder_of(target));
}

std::unique_ptr<OpenObject> ObjectFiles::open(std::string_view bucket, std::string_view key) const {
  const std::string file = path(bucket, key);
  Descriptor descriptor(open_file(file));
  if (descriptor.get() < 0) return nullptr;
  ObjectFacts facts = facts_of(descriptor.get(), file);
  return std::make_unique<OpenObject>(descriptor.release(), std::move(facts));
}

bool ObjectFiles::remove(std::string_view bucket, std::string_view key, const RemoveCondition& condition) {
  const std::string file = path(bucket, key);
  const std::lock_guard lock(lock_of(bucket, key));
  check(condition, file);
  if (::unlink(file.c_str()) != 0) {
    // Linux says EISDIR where POSIX says EPERM.
    if (errno == ENOENT || errno == ENOTDIR || errno == EISDIR) return false;
    fail("unlink", file);
  }
  sync_folder(folder_of(file));
  remove_empty_folders(bucket, folder_of(file));
  return true;
}

void ObjectFiles::make_bucket(std::string_view bucket) {
  check_bucket(bucket);
  folders_.make(fmt::format("{}/{}", root_, bucket));
  sync_folder(root_);  // nothing is in it that would keep it there: it is not remembered
}

void ObjectFiles::remove_empty_folders(std::string_view bucket, std::string path) {
  const std::size_t top = root_.size() + 1 + bucket.size();
  while (path.size() > top && folders_.remove(path)) path = folder_of(path);
}

}  // namespace objects
