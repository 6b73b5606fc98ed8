// What is synced before a commit is acknowledged: without the power to cut, by watching the calls.
#include "objects/durable_folders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "objects/object_files.h"

namespace {

/// Of this thread, by path; called before each.
thread_local std::function<void(const std::string&)> on_sync;

}  // namespace

// Stands before the C library's.
extern "C" int fsync(int descriptor) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
  if (on_sync && size > 0) on_sync({path.data(), static_cast<std::size_t>(size)});
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

namespace objects {
namespace {

using testing::ElementsAre;

class Durability : public testing::Test {
 protected:
  Durability() {
    ::mkdtemp(folder_.data());
    open();
  }
  ~Durability() override { std::filesystem::remove_all(folder_); }

  void open() { files_ = std::make_unique<ObjectFiles>(folder_ + "/objects"); }
  /// Which folders it synced, in their order, as paths from the root.
  std::vector<std::string> put(const std::string& key,
                               const std::function<void(const std::string&)>& look = {}) {
    std::vector<std::string> synced;
    auto object = files_->begin();
    object->write("x");
    on_sync = [&](const std::string& path) {
      if (!std::filesystem::is_directory(path)) return;
      synced.push_back(path.substr(folder_.size() + 1));
      if (look) look(synced.back());
    };
    files_->commit(std::move(object), "zarr", key, {}, {});
    on_sync = nullptr;
    return synced;
  }

  std::string folder_ = "/tmp/arkitektd-test-XXXXXX";
  std::unique_ptr<ObjectFiles> files_;
};

TEST_F(Durability, OfNewFoldersReachesUpToTheRootOnce) {
  EXPECT_THAT(put("a/b/x"), ElementsAre("objects/zarr/a/b", "objects/zarr/a", "objects/zarr", "objects"));
  EXPECT_THAT(put("a/b/y"), ElementsAre("objects/zarr/a/b"));
  EXPECT_THAT(put("a/c/x"), ElementsAre("objects/zarr/a/c", "objects/zarr/a"));
}

TEST_F(Durability, OfFoldersThatAProcessBeforeMadeIsNotTakenForGranted) {
  std::filesystem::create_directories(folder_ + "/objects/zarr/a");
  EXPECT_THAT(put("a/x"), ElementsAre("objects/zarr/a", "objects/zarr", "objects"));
  open();
  EXPECT_THAT(put("a/y"), ElementsAre("objects/zarr/a", "objects/zarr", "objects"));
}

TEST_F(Durability, OfAFolderEndsWithIt) {
  put("a/b/x");
  files_->remove("zarr", "a/b/x");
  EXPECT_THAT(put("a/b/x"), ElementsAre("objects/zarr/a/b", "objects/zarr/a", "objects/zarr"));
  files_->remove("zarr", "a/b/x");
  std::filesystem::create_directories(folder_ + "/objects/zarr/a/b");
  EXPECT_THAT(put("a/b/x"), ElementsAre("objects/zarr/a/b", "objects/zarr/a", "objects/zarr"));
  std::filesystem::remove_all(folder_ + "/objects/zarr/a");
  EXPECT_THAT(put("a/b/x"), ElementsAre("objects/zarr/a/b", "objects/zarr/a", "objects/zarr"));
}

// The second comes into a folder that is there, and whose maker has not got round to syncing it.
TEST_F(Durability, DoesNotWaitForWhoeverMadeTheFolder) {
  put("z");
  std::latch is_made(1);
  std::latch may_go_on(1);
  std::thread maker([&] {
    bool has_waited = false;
    put("a/x", [&](const std::string& path) {
      if (path != "objects/zarr" || std::exchange(has_waited, true)) return;
      is_made.count_down();
      may_go_on.wait();
    });
    if (!has_waited) is_made.count_down();
    EXPECT_TRUE(has_waited);
  });
  is_made.wait();
  EXPECT_THAT(put("a/y"), ElementsAre("objects/zarr/a", "objects/zarr"));
  may_go_on.count_down();
  maker.join();
}

TEST_F(Durability, OfABucketIsOfTheRoot) {
  std::vector<std::string> synced;
  on_sync = [&](const std::string& path) { synced.push_back(path.substr(folder_.size() + 1)); };
  files_->make_bucket("media");
  files_->make_bucket("media");
  on_sync = nullptr;
  EXPECT_THAT(synced, ElementsAre("objects", "objects"));
}

}  // namespace
}  // namespace objects
