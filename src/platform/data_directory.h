// The data directory: everything the platform keeps, for one process at a time.
#pragma once

#include <string>

namespace platform {

/// Made on the first use, readable by its owner only, locked while this lives.
class DataDirectory {
 public:
  /// Throws StartError(kLocked) naming the directory, or kUnavailable.
  explicit DataDirectory(std::string path);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  bool has(const std::string& name) const;
  const std::string& path() const { return path_; }

  /// Whether another process has it; does not create anything.
  static bool is_locked(const std::string& path);

 private:
  std::string path_;
  int lock_ = -1;
};

}  // namespace platform
