#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/error.h"
#include "base/random.h"
#include "services/lok/provisioning/first_configuration.h"

namespace lok {
namespace {

[[noreturn]] void fail(const std::string& path) {
  throw base::Error(base::code::kUnavailable, "Cannot write '{}': {}.", path, std::strerror(errno));
}

class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  ~OpenFile() { ::close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  bool write_all(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(descriptor_) == 0;
  }

 private:
  int descriptor_;
};

// A finished file under a name nobody else has.
std::string write_beside(const std::string& path, const std::string& text) {
  const std::string beside = path + "." + base::random_token(9);
  const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) fail(path);
  const OpenFile file(descriptor);
  if (!file.write_all(text)) {
    const int error = errno;
    ::unlink(beside.c_str());
    errno = error;
    fail(path);
  }
  return beside;
}

}  // namespace

void write_private_file(const std::string& path, const std::string& text) {
  const std::string beside = write_beside(path, text);
  // A link, unlike a rename, refuses to replace.
  const bool linked = ::link(beside.c_str(), path.c_str()) == 0;
  const int error = errno;
  ::unlink(beside.c_str());
  if (linked) return;
  if (error == EEXIST) throw base::Error(base::code::kConflict, "'{}' exists already.", path);
  errno = error;
  fail(path);
}

void replace_private_file(const std::string& path, const std::string& text) {
  const std::string beside = write_beside(path, text);
  if (std::rename(beside.c_str(), path.c_str()) == 0) return;
  const int error = errno;
  ::unlink(beside.c_str());
  errno = error;
  fail(path);
}

}  // namespace lok
