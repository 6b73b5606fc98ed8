// One process per database file.
#pragma once

#include <string>

namespace sql {

/// Holds an exclusive lock on `<file>.lock` while it lives; the kernel lets go
/// of it when the process ends, however it ends. Throws Error(kUnavailable) if
/// another holds it, and says who.
class FileLock {
 public:
  explicit FileLock(const std::string& file);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace sql
