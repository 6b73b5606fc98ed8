#include "sql/sqlite/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace sql {
namespace {

using base::Error;

std::string holder(int descriptor) {
  char text[32] = {};
  const ssize_t length = pread(descriptor, text, sizeof text - 1, 0);
  std::string process(text, length > 0 ? static_cast<std::size_t>(length) : 0);
  return process.empty() ? std::string("another process") : "process " + process;
}

}  // namespace

FileLock::FileLock(const std::string& file) {
  const std::string path = file + ".lock";
  descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0) {
    throw Error(base::code::kUnavailable, "Cannot open {}: {}. Check that the folder exists and is writable.",
                path, std::strerror(errno));
  }
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const std::string process = holder(descriptor_);
    close(descriptor_);
    throw Error(base::code::kUnavailable,
                "The database {} is in use by {}. Stop that one, or use another data directory.", file,
                process);
  }
  const std::string process = std::to_string(getpid());
  // Only for the message above; the lock holds without it.
  if (ftruncate(descriptor_, 0) != 0 || pwrite(descriptor_, process.data(), process.size(), 0) < 0) return;
}

FileLock::~FileLock() { close(descriptor_); }

}  // namespace sql
