#include "objects/durable_folders.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

#include "objects/disk.h"

namespace objects {
namespace {

/// On one shelf. Beyond that all are forgotten, which costs a sync each.
constexpr std::size_t kMostKnown = 2048;

}  // namespace

DurableFolders::Shelf& DurableFolders::shelf_of(const std::string& folder) {
  return shelves_[std::hash<std::string>()(folder) % kShelves];
}

void DurableFolders::make(const std::string& folder) {
  if (folder.size() <= root_.size()) return;
  const auto try_once = [&] {
    Shelf& shelf = shelf_of(folder);
    const std::lock_guard lock(shelf.mutex);
    if (::mkdir(folder.c_str(), 0700) != 0) return errno;
    shelf.known.erase(folder);  // if somebody removed it by hand
    return 0;
  };
  int error = try_once();
  if (error == ENOENT) {
    make(disk::folder_of(folder));
    error = try_once();
    if (error == ENOENT) return;  // gone again: the caller tries once more
  }
  if (error == ENOTDIR) disk::parent_is_object();
  errno = error;
  if (error != 0 && error != EEXIST) disk::fail("mkdir", folder);
}

void DurableFolders::make_durable(const std::string& folder) {
  if (folder.size() <= root_.size()) return;
  Shelf& shelf = shelf_of(folder);
  {
    const std::lock_guard lock(shelf.mutex);
    if (shelf.known.contains(folder)) return;
  }
  const std::string parent = disk::folder_of(folder);
  disk::sync_folder(parent);
  make_durable(parent);
  const std::lock_guard lock(shelf.mutex);
  if (shelf.known.size() >= kMostKnown) shelf.known.clear();
  shelf.known.insert(folder);
}

bool DurableFolders::remove(const std::string& folder) {
  Shelf& shelf = shelf_of(folder);
  const std::lock_guard lock(shelf.mutex);
  if (::rmdir(folder.c_str()) != 0) return false;
  shelf.known.erase(folder);
  return true;
}

}  // namespace objects
