// One upload in parts.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "jose/jose.h"
#include "objects/base64.h"
#include "objects/disk.h"
#include "objects/s3_error.h"
#include "objects/uploads.h"

namespace objects {
namespace {

using base::Json;
using disk::Descriptor;

constexpr const char* kLog = "log";
constexpr const char* kData = "data";
constexpr std::size_t kPlaceBytes = 8;
constexpr std::uint64_t kSmallestPart = 5ULL << 20U;  ///< all but the last have it
constexpr std::uint64_t kLargestObject = 5ULL << 40U;

[[noreturn]] void no_such_upload() {
  throw S3Error(404, "NoSuchUpload", "There is no such upload. It may have been completed or aborted.");
}

std::int64_t number_of(const Json& value) { return value.as_int64().value_or(0); }

std::string line_of(const UploadPlan& plan) {
  Json headers = Json::array();
  for (const auto& [name, value] : plan.facts.headers) headers.push_back(Json::array({name, value}));
  return Json::object({{"bucket", plan.bucket},
                       {"key", plan.key},
                       {"type", plan.facts.content_type},
                       {"headers", std::move(headers)},
                       {"checksum", plan.checksum ? std::string(name_of(*plan.checksum)) : std::string()},
                       {"full", plan.scope == ChecksumScope::kFullObject},
                       {"begun", plan.begun_at}})
      .dump();
}

UploadPlan plan_of(const Json& line) {
  UploadPlan plan;
  plan.bucket = line["bucket"].as_string();
  plan.key = line["key"].as_string();
  plan.facts.content_type = line["type"].as_string();
  for (const Json& header : line["headers"].items())
    plan.facts.headers.emplace_back(header.items()[0].as_string(), header.items()[1].as_string());
  plan.checksum = checksum_named(line["checksum"].as_string());
  if (line["full"].as_bool()) plan.scope = ChecksumScope::kFullObject;
  plan.begun_at = number_of(line["begun"]);
  return plan;
}

std::string line_of(int number, const UploadedPart& part, std::uint64_t place_size) {
  return Json::object({{"part", number},
                       {"size", part.size},
                       {"etag", part.etag},
                       {"checksum", jose::base64_encode(part.checksum)},
                       {"modified", part.modified_at},
                       {"file", part.file},
                       {"offset", part.offset},
                       {"place", place_size}})
      .dump();
}

}  // namespace

std::shared_ptr<Upload> Upload::create(std::string folder, UploadPlan plan) {
  if (::mkdir(folder.c_str(), 0700) != 0) disk::fail("mkdir", folder);
  std::shared_ptr<Upload> upload(new Upload(std::move(folder)));
  upload->plan_ = std::move(plan);
  disk::replace_file(upload->file(kLog), line_of(upload->plan_) + "\n");
  return upload;
}

std::shared_ptr<Upload> Upload::open(std::string folder) {
  std::shared_ptr<Upload> upload(new Upload(std::move(folder)));
  const std::string path = upload->file(kLog);
  std::ifstream stream(path);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  const std::size_t end = text.rfind('\n');
  if (end == std::string::npos) return nullptr;
  // A line that was cut off is a part whose sender was told nothing.
  if (end + 1 < text.size()) {
    text.resize(end + 1);
    if (::truncate(path.c_str(), static_cast<off_t>(text.size())) != 0) disk::fail("truncate", path);
  }
  upload->read_log(text);
  // The object is there, and only the rest of the folder was not removed any more.
  if (upload->has_lost_its_data()) {
    upload->end();
    return nullptr;
  }
  return upload;
}

void Upload::read_log(const std::string& text) {
  std::size_t at = 0;
  for (bool is_first = true; at < text.size(); is_first = false) {
    const std::size_t end = text.find('\n', at);
    const Json line = Json::parse(text.substr(at, end - at));
    at = end + 1;
    if (is_first) {
      plan_ = plan_of(line);
      continue;
    }
    UploadedPart part;
    part.size = static_cast<std::uint64_t>(number_of(line["size"]));
    part.etag = line["etag"].as_string();
    part.checksum = base64_decode(line["checksum"].as_string()).value_or("");
    part.modified_at = number_of(line["modified"]);
    part.file = line["file"].as_string();
    part.offset = static_cast<std::uint64_t>(number_of(line["offset"]));
    place_size_ = std::max(place_size_, static_cast<std::uint64_t>(number_of(line["place"])));
    parts_[static_cast<int>(number_of(line["part"]))] = std::move(part);
  }
}

std::map<int, UploadedPart> Upload::parts() const {
  const std::lock_guard lock(mutex_);
  return parts_;
}

bool Upload::has_ended() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::kEnded;
}

std::unique_ptr<Upload::Part> Upload::begin_part(int number, std::uint64_t size,
                                                 std::optional<std::uint64_t> max_bytes) {
  const std::lock_guard lock(mutex_);
  if (state_ != State::kOpen) no_such_upload();
  const std::uint64_t limit = std::min(max_bytes.value_or(kLargestObject), kLargestObject);
  if (size_with(number, size) > limit)
    throw S3Error(400, "EntityTooLarge",
                  "The parts together are longer than the {} bytes that are permitted here.", limit);
  std::unique_ptr<Part> part(new Part(shared_from_this(), number, size));
  const bool has_place = take_place(*part);
  if (!has_place) part->record_.file = fmt::format("{}.{}", number, base::random_token(kPlaceBytes));
  const std::string path = file(part->record_.file);
  part->descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (part->descriptor_ < 0) disk::fail("create", path);
  if (has_place) writing_.insert(number);
  coming_[number].insert(size);
  return part;
}

/// One of a number is in the object, however often it is sent: a client that gives up waiting sends a part
/// again while the first sending is still being taken apart here.
std::uint64_t Upload::size_with(int number, std::uint64_t size) const {
  std::uint64_t total = 0;
  for (const auto& [other, part] : parts_)
    total += other == number || coming_.contains(other) ? 0 : part.size;
  for (const auto& [other, sizes] : coming_) {
    const auto there = other == number ? parts_.end() : parts_.find(other);
    const std::uint64_t rival = other == number ? size : there == parts_.end() ? 0 : there->second.size;
    total += std::max(*sizes.rbegin(), rival);
  }
  return coming_.contains(number) ? total : total + size;
}

/// A place in `data` is written once: what comes again must not touch what is already good.
bool Upload::take_place(Part& part) {
  const auto number = static_cast<std::uint64_t>(part.number_);
  if (parts_.contains(part.number_) || writing_.contains(part.number_)) return false;
  if (place_size_ == 0 && (number == 1 || part.size_ >= kSmallestPart)) place_size_ = part.size_;
  if (part.size_ == 0 || part.size_ > place_size_ || number * place_size_ > kLargestObject) return false;
  part.record_.file = kData;
  part.record_.offset = (number - 1) * place_size_;
  return true;
}

void Upload::Part::write(std::string_view bytes) {
  if (bytes.size() > size_ - written_)
    throw S3Error(400, "EntityTooLarge", "The part is longer than announced.");
  while (!bytes.empty()) {
    const ssize_t done =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(record_.offset + written_));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) disk::fail("write", record_.file);
    written_ += static_cast<std::uint64_t>(done);
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
}

Upload::Part::~Part() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  const std::lock_guard lock(upload_->mutex_);
  const auto coming = upload_->coming_.find(number_);
  coming->second.erase(coming->second.find(size_));
  if (coming->second.empty()) upload_->coming_.erase(coming);
  if (record_.file == kData) {
    upload_->writing_.erase(number_);
  } else if (!is_committed_) {
    ::unlink(upload_->file(record_.file).c_str());
  }
}

UploadedPart Upload::commit(std::unique_ptr<Part> part, std::string etag, std::string checksum) {
  UploadedPart record = part->record_;
  record.size = part->written_;
  record.etag = std::move(etag);
  record.checksum = std::move(checksum);
  record.modified_at = base::now_micros();
  if (::fdatasync(part->descriptor_) != 0) disk::fail("fsync", record.file);
  // A file of its own must be found again, too.
  if (record.file != kData || record.offset == 0) disk::sync_folder(folder_);
  const std::lock_guard lock(mutex_);
  if (state_ != State::kOpen) no_such_upload();
  append_line(line_of(part->number_, record, place_size_));
  UploadedPart& there = parts_[part->number_];
  if (!there.file.empty() && there.file != kData) ::unlink(file(there.file).c_str());
  there = record;
  part->is_committed_ = true;
  return record;
}

void Upload::append_line(const std::string& line) {
  const std::string path = file(kLog);
  const Descriptor log(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (log.get() < 0) disk::fail("open", path);
  struct stat before{};
  if (::fstat(log.get(), &before) != 0) disk::fail("stat", path);
  try {
    disk::write_all(log.get(), line + "\n", path);
    if (::fdatasync(log.get()) != 0) disk::fail("fsync", path);
  } catch (...) {
    // Half a line would spoil the next one.
    [[maybe_unused]] const int cut = ::ftruncate(log.get(), before.st_size);
    throw;
  }
}

void Upload::begin_finishing() {
  const std::lock_guard lock(mutex_);
  if (state_ != State::kOpen) no_such_upload();
  state_ = State::kFinishing;
}

/// What failed may have failed after the rename, and then the bytes are the object already.
void Upload::keep_going() {
  {
    const std::lock_guard lock(mutex_);
    if (!has_lost_its_data()) {
      state_ = State::kOpen;
      return;
    }
  }
  end();
}

bool Upload::has_lost_its_data() const {
  const bool needs_data =
      std::ranges::any_of(parts_, [](const auto& each) { return each.second.file == kData; });
  // A disk that does not answer says nothing of what it holds.
  return needs_data && ::access(file(kData).c_str(), F_OK) != 0 && errno == ENOENT;
}

// Nobody waits: a client that gave up waiting asks again, and would take one worker after the other.
std::unique_lock<std::mutex> Upload::finish_alone() {
  std::unique_lock lock(finishing_, std::try_to_lock);
  if (!lock.owns_lock()) {
    throw S3Error(503, "SlowDown",
                  "This upload is being completed by another request. Try again in a moment.");
  }
  return lock;
}

bool Upload::abort() {
  const std::unique_lock alone = finish_alone();
  {
    const std::lock_guard state_lock(mutex_);
    if (state_ == State::kEnded) return false;
  }
  end();
  return true;
}

/// Out of sight in one step, which is all that counts; what remains of it after a crash is removed at the
/// next start.
void Upload::end() {
  {
    const std::lock_guard lock(mutex_);
    state_ = State::kEnded;
  }
  std::filesystem::path gone(folder_);
  gone = gone.parent_path().parent_path() / ".incoming" / gone.filename();
  std::error_code error;
  std::filesystem::rename(folder_, gone, error);
  std::filesystem::remove_all(error ? std::filesystem::path(folder_) : gone, error);
}

/// Whether `data` is the object, byte for byte, once it is cut at its end.
bool Upload::are_the_object(const std::vector<int>& numbers) const {
  if (!writing_.empty() || numbers.size() != parts_.size()) return false;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const UploadedPart& part = parts_.at(numbers[i]);
    const bool is_in_place = part.file == kData && numbers[i] == static_cast<int>(i) + 1;
    if (!is_in_place || (i + 1 < numbers.size() && part.size != place_size_)) return false;
  }
  return true;
}

std::unique_ptr<IncomingObject> Upload::join(const std::vector<int>& numbers, const ObjectFiles& files) {
  std::map<int, UploadedPart> parts;
  bool is_in_place = false;
  {
    const std::lock_guard lock(mutex_);
    parts = parts_;
    is_in_place = are_the_object(numbers);
  }
  if (is_in_place) {
    const std::string path = file(kData);
    Descriptor data(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (data.get() < 0) disk::fail("open", path);
    const UploadedPart& last = parts.at(numbers.back());
    if (::ftruncate(data.get(), static_cast<off_t>(last.offset + last.size)) != 0)
      disk::fail("truncate", path);
    return std::make_unique<IncomingObject>(data.release(), path, IncomingObject::IfDropped::kKept);
  }
  auto object = files.begin();
  for (const int number : numbers) {
    const UploadedPart& part = parts.at(number);
    const std::string path = file(part.file);
    const Descriptor from(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (from.get() < 0) disk::fail("open", path);
    object->append(from.get(), part.offset, part.size);
  }
  return object;
}

}  // namespace objects
