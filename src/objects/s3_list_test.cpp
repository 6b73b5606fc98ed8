// Listings over HTTP.
#include <algorithm>
#include <random>

#include "objects/s3_fixture.h"

namespace objects {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class S3Lists : public S3Test {
 protected:
  std::string list(const std::string& query) { return ask({.path = "/zarr", .query = query}, reader_).body; }
  /// Keys and common prefixes of all pages.
  std::vector<std::string> walk(const std::string& query, bool is_v2, std::size_t* pages = nullptr) {
    std::vector<std::string> found;
    std::string next;
    for (bool is_more = true; is_more;) {
      const std::string more = next.empty() ? "" : (is_v2 ? "&continuation-token=" : "&marker=") + next;
      const std::string page = list(query + (is_v2 ? "&list-type=2" : "") + more);
      for (std::string& key : all_inside(page, "Key")) found.push_back(std::move(key));
      for (const std::string& prefix : all_inside(page, "CommonPrefixes"))
        found.push_back(inside(prefix, "Prefix"));
      is_more = inside(page, "IsTruncated") == "true";
      next = net::percent_encode(inside(page, is_v2 ? "NextContinuationToken" : "NextMarker"));
      EXPECT_EQ(is_more, !next.empty());
      if (pages != nullptr) ++*pages;
    }
    std::ranges::sort(found);
    return found;
  }
  const Credentials reader_ = reader();
};

TEST_F(S3Lists, TellKeysInTheirOrderWithWhatIsKnown) {
  put("b", "22");
  put("a/x", "1");
  put("a-x", "1");
  const std::string all = list("list-type=2");
  EXPECT_THAT(all_inside(all, "Key"), ElementsAre("a-x", "a/x", "b"));
  EXPECT_EQ(inside(all, "KeyCount"), "3");
  EXPECT_EQ(inside(all, "Name"), "zarr");
  EXPECT_EQ(inside(all, "IsTruncated"), "false");
  EXPECT_THAT(all_inside(all, "Size"), ElementsAre("1", "1", "2"));
  EXPECT_EQ(inside(all, "ETag"), "&quot;etag&quot;");
  EXPECT_THAT(inside(all, "LastModified"), testing::MatchesRegex("20..-..-..T..:..:..[.]...Z"));
  EXPECT_THAT(all_inside(list("list-type=2&start-after=a%2Fx"), "Key"), ElementsAre("b"));
  EXPECT_THAT(all_inside(list("marker=a-x"), "Key"), ElementsAre("a/x", "b"));
  EXPECT_EQ(inside(list("list-type=2&max-keys=0"), "KeyCount"), "0");
  EXPECT_THAT(all_inside(list("list-type=2&prefix=a%2F"), "Key"), ElementsAre("a/x"));
}

TEST_F(S3Lists, OfABucketThatNobodyWroteToAreEmpty) {
  const std::string none = list("list-type=2");
  EXPECT_THAT(all_inside(none, "Key"), IsEmpty());
  EXPECT_EQ(inside(none, "KeyCount"), "0");
}

TEST_F(S3Lists, CanBeEncoded) {
  put("a &<\xc3\xbc>/+", "1");
  EXPECT_EQ(inside(list("list-type=2&encoding-type=url"), "Key"), "a%20%26%3C%C3%BC%3E/%2B");
  EXPECT_EQ(inside(list("list-type=2"), "Key"), "a &amp;&lt;\xc3\xbc&gt;/+");
  EXPECT_EQ(inside(list("list-type=2&encoding-type=url&delimiter=%2F"), "CommonPrefixes"),
            "<Prefix>a%20%26%3C%C3%BC%3E/</Prefix>");
}

TEST_F(S3Lists, RefuseWhatTheyCannotRead) {
  for (const char* query :
       {"max-keys=-1", "max-keys=x", "list-type=2&continuation-token=%2F%2F", "encoding-type=xml"}) {
    EXPECT_EQ(code(ask({.path = "/zarr", .query = query}, reader_)), "400 InvalidArgument") << query;
  }
}

// Against the plainest way to say what a listing is.
TEST_F(S3Lists, AreTheSameInPagesOfAnySizeByAnyDelimiter) {
  const unsigned int seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  std::vector<std::string> keys;
  for (int i = 0; i < 60; ++i) {
    std::string key;
    const std::size_t size = 1 + random() % 6;
    while (key.size() < size) key += "ab-/x"[random() % 5];
    if (key.find("//") != std::string::npos || key.starts_with('/') || key.ends_with('/')) continue;
    try {
      put(key, "1");
      keys.push_back(key);
    } catch (const std::exception&) {
      continue;  // the path of another
    }
  }
  std::ranges::sort(keys);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  for (const std::string delimiter : {"", "/", "-", "ab"}) {
    for (const std::string prefix : {"", "a", "a/", "b-"}) {
      std::vector<std::string> expected;
      for (const std::string& key : keys) {
        if (!key.starts_with(prefix)) continue;
        const std::size_t at = delimiter.empty() ? std::string::npos : key.find(delimiter, prefix.size());
        expected.push_back(at == std::string::npos ? key : key.substr(0, at + delimiter.size()));
      }
      expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
      std::ranges::sort(expected);
      for (const std::size_t size : {1, 2, 7, 1000}) {
        const std::string query = "prefix=" + net::percent_encode(prefix) +
                                  "&delimiter=" + net::percent_encode(delimiter) +
                                  "&max-keys=" + std::to_string(size);
        EXPECT_EQ(walk(query, true), expected) << query;
        EXPECT_EQ(walk(query, false), expected) << query;
      }
    }
  }
}

}  // namespace
}  // namespace objects
