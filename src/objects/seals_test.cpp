#include "objects/seals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <random>
#include <thread>

#include "base/error.h"
#include "objects/s3_error.h"
#include "objects/s3_fixture.h"

namespace objects {
namespace {

class SealsTest : public StoreTest {
 protected:
  std::string attempt(const std::string& key, const std::string& bucket = "zarr") {
    try {
      put(key, "new", bucket);
      return "written";
    } catch (const S3Error& error) {
      return error.code();
    }
  }
};

TEST_F(SealsTest, KeepWhatIsAtAKeyAndBelowIt) {
  put("a/b/c", "old");
  put("a/bc", "old");
  store_->hold("zarr", "a/b");
  for (const char* key : {"a/b", "a/b/c", "a/b/new", "a/b/", "a/b//c"})
    EXPECT_EQ(attempt(key), "AccessDenied") << key;
  for (const char* key : {"a/bc", "a/c", "b/a/b"}) EXPECT_EQ(attempt(key), "written") << key;
  EXPECT_EQ(attempt("a/b/c", "other"), "written");
  EXPECT_THROW(store_->erase("zarr", "a/b/c", {}), S3Error);
  EXPECT_EQ(get("a/b/c"), "old");
}

TEST_F(SealsTest, LastAsLongAsSomebodyHoldsThem) {
  store_->hold("zarr", "a");
  store_->hold("zarr", "a/");
  store_->release("zarr", "a");
  EXPECT_EQ(attempt("a/b"), "AccessDenied");
  store_->release("zarr", "a");
  store_->release("zarr", "never");
  EXPECT_EQ(attempt("a/b"), "written");
}

TEST_F(SealsTest, AreWhateverIsSaidToBeFinished) {
  std::vector<std::string> asked;
  store_->refuse_writes_to([](std::string_view, const std::vector<std::string>&) { return false; });
  store_->refuse_writes_to([&](std::string_view bucket, const std::vector<std::string>& keys) {
    asked = keys;
    return bucket == "zarr" && std::ranges::find(keys, "1/done") != keys.end();
  });
  EXPECT_EQ(attempt("1/done/c/0"), "AccessDenied");
  EXPECT_THAT(asked, testing::ElementsAre("", "1", "1/done", "1/done/c", "1/done/c/0"));
  for (const char* key : {"1/done", "1/done/", "1/done//c"}) EXPECT_EQ(attempt(key), "AccessDenied") << key;
  EXPECT_EQ(attempt("1/doner/c"), "written");
  EXPECT_EQ(attempt("1/done/c", "media"), "written");
}

TEST_F(SealsTest, RefuseWhatCannotBeKnown) {
  bool is_away = true;
  store_->refuse_writes_to([&](std::string_view, const std::vector<std::string>&) {
    if (is_away) throw base::Error(base::code::kUnavailable, std::string("The database is away."));
    return false;
  });
  EXPECT_EQ(attempt("a"), "ServiceUnavailable");
  is_away = false;
  store_->hold("zarr", "a");  // what failed is not under way any more
  store_->release("zarr", "a");
  EXPECT_EQ(attempt("a"), "written");
}

TEST_F(SealsTest, CloseAWholeBucket) {
  store_->hold("zarr", "");
  EXPECT_EQ(attempt("a"), "AccessDenied");
  EXPECT_EQ(attempt("a", "other"), "written");
}

TEST_F(SealsTest, DoNotKeepThePlatformFromPurging) {
  put("a/b", "old");
  store_->hold("zarr", "a");
  EXPECT_TRUE(store_->remove("zarr", "a/b"));
  EXPECT_EQ(get("a/b"), "nothing");
}

TEST_F(SealsTest, WaitForCommitsThatHaveBegunAndForNoOthers) {
  auto inside = std::make_unique<Seals::Writing>(store_->seals().write("zarr", "a/b/c"));
  const auto outside = std::make_unique<Seals::Writing>(store_->seals().write("zarr", "a/bc"));
  std::future<void> sealed = std::async(std::launch::async, [&] { store_->hold("zarr", "a/b"); });
  while (attempt("a/b/d") == "written") std::this_thread::yield();
  EXPECT_EQ(sealed.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  inside.reset();
  sealed.get();
}

// Whatever order threads run in: what was there when `hold` returned is there at the end.
TEST_F(SealsTest, LetNothingChangeOnceTheyAreThere) {
  const unsigned int seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 6; ++round) {
    const std::string store = "store" + std::to_string(round);
    std::atomic<bool> stop{false};
    std::vector<std::thread> writers;
    for (int i = 0; i < 3; ++i) {
      writers.emplace_back([&, i] {
        for (int n = 0; !stop; ++n) {
          try {
            if (n % 3 == 2) {
              store_->erase("zarr", store + "/k", {});
            } else {
              put(store + "/k", std::to_string(i) + "-" + std::to_string(n));
            }
          } catch (const S3Error&) {
            return;
          }
        }
      });
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    store_->hold("zarr", store);
    const std::string before = get(store + "/k");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(get(store + "/k"), before);
    stop = true;
    for (std::thread& writer : writers) writer.join();
    EXPECT_EQ(get(store + "/k"), before);
  }
}

}  // namespace
}  // namespace objects
