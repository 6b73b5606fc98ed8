#include "objects/disk.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/log.h"
#include "base/random.h"
#include "objects/s3_error.h"

namespace objects::disk {

[[noreturn]] void fail(std::string_view what, const std::string& path) {
  const int error = errno;
  base::log::error("objects.disk_failed", {{"what", what}, {"path", path}, {"error", std::strerror(error)}});
  if (error == ENOSPC || error == EDQUOT || error == EFBIG)
    throw S3Error(507, "StorageFull", "The disk of the object store is full.");
  throw S3Error(500, "InternalError", "The object store's disk failed: {}.", std::strerror(error));
}

[[noreturn]] void parent_is_object() {
  throw S3Error(409, "ParentIsObject",
                "A part of the key's path is an object itself, or the key is the path of others.");
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

void sync_folder(const std::string& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() < 0 && errno == ENOENT) return;
  if (descriptor.get() < 0 || ::fsync(descriptor.get()) != 0) fail("fsync", folder);
}

void write_all(int descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void replace_file(const std::string& path, std::string_view bytes) {
  const std::string draft = path + "." + base::random_token(8);
  const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) fail("create", draft);
  try {
    write_all(file.get(), bytes, draft);
    if (::fsync(file.get()) != 0) fail("fsync", draft);
    if (std::rename(draft.c_str(), path.c_str()) != 0) fail("rename", path);
  } catch (...) {
    ::unlink(draft.c_str());
    throw;
  }
  sync_folder(folder_of(path));
}

}  // namespace objects::disk
