// Folders between the root and an object. An object outlives a power failure only if its folder does, and
// that one's folder, too: whoever made them.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_set>

namespace objects {

/// Remembers which folders are on the disk for good, so that writing into one costs nothing more.
/// Thread-safe.
class DurableFolders {
 public:
  explicit DurableFolders(std::string root) : root_(std::move(root)) {}

  /// Makes what is missing from the root to it; that may be gone again when it returns, if it is empty.
  /// Throws S3Error(ParentIsObject) where an object is in the way.
  void make(const std::string& folder);
  /// Must not become empty while this runs: the caller has put something into it.
  void make_durable(const std::string& folder);
  /// False, with `errno`, if it is not empty or not there.
  bool remove(const std::string& folder);

 private:
  /// A folder is made and removed with its lock held: one of the same name that comes after it is another.
  struct Shelf {
    std::mutex mutex;
    std::unordered_set<std::string> known;
  };
  Shelf& shelf_of(const std::string& folder);

  const std::string root_;
  static constexpr std::size_t kShelves = 16;
  std::array<Shelf, kShelves> shelves_;
};

}  // namespace objects
