#include "platform/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "platform/start_error.h"

namespace platform {
namespace {

std::string lock_file(const std::string& path) { return path + "/arkitektd.lock"; }

[[noreturn]] void unavailable(const std::string& path, const std::string& why) {
  throw StartError(Exit::kUnavailable, "Cannot use the data directory " + path + ": " + why);
}

}  // namespace

DataDirectory::DataDirectory(std::string path) : path_(std::move(path)) {
  std::error_code error;
  const bool existed = std::filesystem::exists(path_, error);
  std::filesystem::create_directories(path_, error);
  if (error) unavailable(path_, error.message());
  if (!existed) ::chmod(path_.c_str(), 0700);
  lock_ = ::open(lock_file(path_).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) unavailable(path_, std::strerror(errno));
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    throw StartError(Exit::kLocked,
                     "The data directory " + path_ +
                         " is locked: another arkitektd is running on it. Stop that one, or choose "
                         "another directory with --data.");
  }
}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

bool DataDirectory::has(const std::string& name) const { return std::filesystem::exists(file(name)); }

bool DataDirectory::is_locked(const std::string& path) {
  const int lock = ::open(lock_file(path).c_str(), O_RDWR | O_CLOEXEC);
  if (lock < 0) return false;
  const bool locked = ::flock(lock, LOCK_EX | LOCK_NB) != 0;
  ::close(lock);
  return locked;
}

}  // namespace platform
