#include "objects/object_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <random>
#include <set>

#include "objects/key_path.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ObjectFilesTest : public testing::Test {
 protected:
  ObjectFilesTest() {
    ::mkdtemp(folder_.data());
    files_ = std::make_unique<ObjectFiles>(folder_ + "/objects");
  }
  ~ObjectFilesTest() override { std::filesystem::remove_all(folder_); }

  void put(const std::string& key, const std::string& bytes = "x", const WriteCondition& condition = {},
           const std::string& bucket = "zarr") {
    auto object = files_->begin();
    object->write(bytes);
    ObjectFacts facts;
    facts.etag = "etag of " + bytes;
    facts.content_type = "text/plain";
    facts.headers = {{"x-amz-meta-colour", "blue\xc3\xa9"}};
    files_->commit(std::move(object), bucket, key, facts, condition);
  }
  std::string get(const std::string& key) {
    const auto object = files_->open("zarr", key);
    return object ? object->read(0, 1'000'000) : "nothing";
  }
  static std::string code(const std::function<void()>& run) {
    try {
      run();
      return "good";
    } catch (const S3Error& error) {
      return error.code();
    }
  }
  std::vector<std::string> keys(const ListRequest& request) const {
    std::vector<std::string> found;
    for (const auto& entry : files_->list("zarr", request).entries) found.push_back(entry.key);
    return found;
  }
  std::size_t files_on_disk() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_))
      count += entry.is_regular_file();
    return count;
  }

  std::string folder_ = "/tmp/arkitektd-test-XXXXXX";
  std::unique_ptr<ObjectFiles> files_;
};

TEST_F(ObjectFilesTest, KeepsBytesAndFactsUnderTheirOwnName) {
  put("store/zarr.json", "{}");
  const auto object = files_->open("zarr", "store/zarr.json");
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(object->facts().size, 2U);
  EXPECT_EQ(object->facts().etag, "etag of {}");
  EXPECT_EQ(object->facts().content_type, "text/plain");
  EXPECT_EQ(object->facts().headers[0].second, "blue\xc3\xa9");
  EXPECT_GT(object->facts().modified_at, 1'700'000'000'000'000);
  EXPECT_EQ(object->read(1, 10), "}");
  std::ifstream plain(folder_ + "/objects/zarr/store/zarr.json");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(plain), {}), "{}");
  EXPECT_EQ(get("store"), "nothing");
  EXPECT_EQ(get("store/zarr"), "nothing");
  EXPECT_EQ(get("store/zarr.json/c"), "nothing");
}

TEST_F(ObjectFilesTest, ReadersKeepWhatTheyOpened) {
  put("a", "old");
  const auto before = files_->open("zarr", "a");
  put("a", "new and longer");
  EXPECT_EQ(before->read(0, 100), "old");
  EXPECT_EQ(get("a"), "new and longer");
  EXPECT_TRUE(files_->remove("zarr", "a"));
  EXPECT_EQ(before->read(0, 100), "old");
  EXPECT_EQ(get("a"), "nothing");
  EXPECT_FALSE(files_->remove("zarr", "a"));
}

TEST_F(ObjectFilesTest, LeavesNothingOfWhatWasNotCommitted) {
  {
    auto object = files_->begin();
    object->write("half");
  }
  EXPECT_EQ(files_on_disk(), 0U);
  std::ofstream(folder_ + "/objects/.incoming/left-by-a-crash") << "half";
  files_ = std::make_unique<ObjectFiles>(folder_ + "/objects");
  EXPECT_EQ(files_on_disk(), 0U);
}

TEST_F(ObjectFilesTest, WritesOnCondition) {
  EXPECT_EQ(code([&] { put("a", "1", {.only_new = true, .only_change = {}}); }), "good");
  EXPECT_EQ(code([&] { put("a", "2", {.only_new = true, .only_change = {}}); }), "PreconditionFailed");
  EXPECT_EQ(code([&] { put("a", "3", {.only_new = false, .only_change = "etag of 2"}); }),
            "PreconditionFailed");
  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(code([&] { put("a", "3", {.only_new = false, .only_change = "etag of 1"}); }), "good");
  EXPECT_EQ(get("a"), "3");
  EXPECT_EQ(code([&] { put("b", "3", {.only_new = false, .only_change = "etag of 1"}); }), "NoSuchKey");
}

TEST_F(ObjectFilesTest, OfManyThatWriteIfAbsentOneSucceeds) {
  std::vector<std::future<std::string>> writers;
  for (int i = 0; i < 16; ++i) {
    writers.push_back(std::async(std::launch::async, [this, i] {
      return code([&] { put("only/one", std::to_string(i), {.only_new = true, .only_change = {}}); });
    }));
  }
  std::vector<std::string> outcomes;
  for (auto& writer : writers) outcomes.push_back(writer.get());
  EXPECT_EQ(std::ranges::count(outcomes, "good"), 1);
  EXPECT_EQ(std::ranges::count(outcomes, "PreconditionFailed"), 15);
}

TEST_F(ObjectFilesTest, FoldersComeAndGoWithTheirObjects) {
  put("a/b/c/d");
  EXPECT_TRUE(files_->remove("zarr", "a/b/c/d"));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/objects/zarr/a"));
  put("a", "now a file");
  EXPECT_EQ(get("a"), "now a file");
  std::vector<std::future<void>> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.push_back(std::async(std::launch::async, [this, writer] {
      for (int i = 0; i < 50; ++i) {
        const std::string key = "deep/er/" + std::to_string(writer);
        put(key);
        EXPECT_TRUE(files_->remove("zarr", key));
      }
    }));
  }
  for (auto& writer : writers) writer.get();
  EXPECT_THAT(keys({.prefix = "deep", .after = ""}), IsEmpty());
}

TEST_F(ObjectFilesTest, OneNameIsOneThing) {
  put("a/b");
  EXPECT_EQ(code([&] { put("a"); }), "ParentIsObject");
  EXPECT_EQ(code([&] { put("a/b/c"); }), "ParentIsObject");
  EXPECT_EQ(code([&] { put("a/b/c/d/e"); }), "ParentIsObject");
  EXPECT_EQ(get("a/b"), "x");
}

TEST_F(ObjectFilesTest, KeysDoNotLeaveTheirBucket) {
  for (const char* key : {"../escape", "a/../../../escape", "..", ".", "/", "//", "/etc/passwd", "a//b", "a/",
                          "%", "%2E%2E", "%25", ".incoming/x", "\xff\xfe", "a\nb", "a b/\xc3\xbc~+="}) {
    put(key);
    EXPECT_EQ(get(key), "x") << key;
    EXPECT_THAT(keys({}), ElementsAre(key));
    EXPECT_TRUE(files_->remove("zarr", key));
  }
  put("a");
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    EXPECT_EQ(entry.path().filename(), "objects");
  std::set<std::string> below;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ + "/objects"))
    below.insert(entry.path().filename());
  EXPECT_THAT(below, ElementsAre(".incoming", "zarr"));
  EXPECT_EQ(code([&] { put(""); }), "InvalidArgument");
  EXPECT_EQ(code([&] { put(std::string("a\0b", 3)); }), "InvalidArgument");
  EXPECT_EQ(code([&] { put(std::string(1025, 'a')); }), "KeyTooLongError");
  EXPECT_EQ(code([&] { put(std::string(256, 'a')); }), "KeyTooLongError");
  for (const char* bucket : {"", "..", ".incoming", "a/b", "AB1", "ab", "a..b", "-ab", "ab-"}) {
    EXPECT_EQ(code([&] { put("k", "x", {}, bucket); }), "InvalidBucketName") << bucket;
  }
}

TEST_F(ObjectFilesTest, TakesFilesThatWerePutThereByHand) {
  put("store/a");
  std::ofstream(folder_ + "/objects/zarr/store/by-hand") << "12345";
  const auto object = files_->open("zarr", "store/by-hand");
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(object->facts().size, 5U);
  EXPECT_EQ(object->facts().content_type, "application/octet-stream");
  EXPECT_FALSE(object->facts().etag.empty());
  EXPECT_THAT(keys({.prefix = "store/", .after = ""}), ElementsAre("store/a", "store/by-hand"));
}

TEST_F(ObjectFilesTest, ListsByKeyNotByFolder) {
  for (const char* key : {"a/b", "a-b", "a.b", "a0", "b", "a/b.c", "a/c/d", "%", "z/../q"}) put(key);
  EXPECT_THAT(keys({}), ElementsAre("%", "a-b", "a.b", "a/b", "a/b.c", "a/c/d", "a0", "b", "z/../q"));
  EXPECT_THAT(keys({.prefix = "a/", .after = ""}), ElementsAre("a/b", "a/b.c", "a/c/d"));
  EXPECT_THAT(keys({.prefix = "a/c", .after = ""}), ElementsAre("a/c/d"));
  EXPECT_THAT(keys({.prefix = "", .after = "", .by_folder = true}),
              ElementsAre("%", "a-b", "a.b", "a/", "a0", "b", "z/"));
  EXPECT_THAT(keys({.prefix = "a/", .after = "", .by_folder = true}), ElementsAre("a/b", "a/b.c", "a/c/"));
  EXPECT_THAT(keys({.prefix = "", .after = "a/b"}), ElementsAre("a/b.c", "a/c/d", "a0", "b", "z/../q"));
  EXPECT_THAT(keys({.prefix = "nothing", .after = ""}), IsEmpty());
  EXPECT_THAT(keys({.prefix = "nothing/", .after = ""}), IsEmpty());
  EXPECT_THAT(keys({.prefix = "b/", .after = ""}), IsEmpty()) << "that is an object";
  EXPECT_THAT(keys({.prefix = std::string(300, 'a') + "/", .after = ""}), IsEmpty());
  EXPECT_THAT(files_->list("another", {}).entries, IsEmpty());
}

// Against a sorted set, which is what a listing is supposed to be.
TEST_F(ObjectFilesTest, PagesAreTheWholeInOrder) {
  std::mt19937 dice(20261130);
  constexpr std::string_view kLetters = "ab-./0";
  std::set<std::string> all;
  while (all.size() < 150) {
    std::string key;
    const std::size_t size = 1 + dice() % 7;
    while (key.size() < size) key += kLetters[dice() % kLetters.size()];
    if (code([&] { put(key); }) == "good") all.insert(key);
  }
  const std::vector<std::string> keys(all.begin(), all.end());
  for (int round = 0; round < 600; ++round) {
    ListRequest request;
    request.limit = 1 + dice() % 9;
    request.by_folder = round % 2 == 0;
    const std::size_t size = dice() % 4;
    while (request.prefix.size() < size) request.prefix += kLetters[dice() % kLetters.size()];
    if (round % 3 == 0) {
      const std::string& key = keys[dice() % keys.size()];
      request.within = key.substr(0, std::min(key.find('/', dice() % key.size()), key.size()));
    }
    const std::string& within = request.within;
    std::vector<std::string> wanted;
    for (const std::string& key : all) {
      if (!key.starts_with(request.prefix)) continue;
      if (!within.empty() && key != within && !key.starts_with(within + "/")) continue;
      const std::size_t slash = key.find('/', request.prefix.size());
      const std::string told =
          request.by_folder && slash != std::string::npos ? key.substr(0, slash + 1) : key;
      if (wanted.empty() || wanted.back() != told) wanted.push_back(told);
    }
    std::vector<std::string> found;
    for (bool more = true; more;) {
      const ObjectList page = files_->list("zarr", request);
      for (const auto& entry : page.entries) found.push_back(entry.key);
      more = page.is_truncated;
      if (more) request.after = page.entries.back().key;
    }
    EXPECT_EQ(found, wanted) << "prefix " << request.prefix << " within " << within << " limit "
                             << request.limit << (request.by_folder ? " by folder" : "");
  }
}

}  // namespace
}  // namespace objects
