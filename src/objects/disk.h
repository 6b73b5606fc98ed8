// What the files of this folder do to a disk, and how its failures are told. Internal to the folder.
#pragma once

#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

namespace objects::disk {

/// A file descriptor with an owner.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(Descriptor&& other) noexcept : value_(other.release()) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

/// Logs what failed and throws S3Error by `errno`: StorageFull (507) or InternalError.
[[noreturn]] void fail(std::string_view what, const std::string& path);

/// Throws S3Error(ParentIsObject): two things cannot have one name.
[[noreturn]] void parent_is_object();

std::string folder_of(const std::string& path);

/// What was renamed, linked or removed there outlives a power failure from then on. A folder that is gone
/// again took with it what could have been lost.
void sync_folder(const std::string& folder);

/// All of it, whatever `write` thinks of.
void write_all(int descriptor, std::string_view bytes, const std::string& path);

/// A small file that is there whole or not at all, and durable. `path` may exist: it is replaced.
void replace_file(const std::string& path, std::string_view bytes);

}  // namespace objects::disk
