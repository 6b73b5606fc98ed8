// What a grant's policy permits is what our own server permits: no other store is needed to know what a
// policy says, only its language.
#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "objects/external_store.h"
#include "objects/s3_error.h"
#include "objects/s3_fixture.h"

namespace objects {
namespace {

using base::Json;

/// One call as policies see it.
struct PolicyCall {
  std::string action;
  std::string resource;
  std::optional<std::string> prefix;  ///< `s3:prefix`, which a listing has
};

/// `*` is anything, also nothing; `?` one character.
bool is_like(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*')
    return is_like(text, pattern.substr(1)) || (!text.empty() && is_like(text.substr(1), pattern));
  return !text.empty() && (pattern.front() == '?' || pattern.front() == text.front()) &&
         is_like(text.substr(1), pattern.substr(1));
}

bool is_one_like(std::string_view text, const Json& patterns) {
  return std::ranges::any_of(patterns.items(),
                             [&](const Json& each) { return is_like(text, each.as_string()); });
}

/// Throws for what it does not know: a policy of other words would be another policy.
bool permits(const Json& statement, const PolicyCall& call) {
  for (const auto& [name, value] : statement.members()) {
    if (name != "Effect" && name != "Action" && name != "Resource" && name != "Condition")
      throw std::runtime_error("not known: " + name);
  }
  if (statement["Effect"].as_string() != "Allow") throw std::runtime_error("not known: another effect");
  if (const Json* condition = statement.find("Condition")) {
    for (const auto& [how, tested] : condition->members()) {
      for (const auto& [what, patterns] : tested.members()) {
        if (how != "StringLike" || what != "s3:prefix") throw std::runtime_error("not known: " + how + what);
        if (!call.prefix || !is_one_like(*call.prefix, patterns)) return false;
      }
    }
  }
  return is_one_like(call.action, statement["Action"]) && is_one_like(call.resource, statement["Resource"]);
}

bool policy_permits(const Grant& grant, const PolicyCall& call) {
  const Json policy = Json::parse(inline_policy(grant));
  return std::ranges::any_of(policy["Statement"].items(),
                             [&](const Json& statement) { return permits(statement, call); });
}

PolicyCall on_object(std::string action, const std::string& bucket, const std::string& key) {
  return {"s3:" + std::move(action), "arn:aws:s3:::" + bucket + "/" + key, std::nullopt};
}

PolicyCall listing(const std::string& bucket, std::string prefix) {
  return {"s3:ListBucket", "arn:aws:s3:::" + bucket, std::move(prefix)};
}

/// The kinds that services give, for the key `abc`.
Grant grant_for(Grant::Access access, bool is_one_object, std::string key = "abc") {
  Grant grant;
  grant.bucket = "zarr";
  grant.key = std::move(key);
  grant.access = access;
  grant.is_one_object = is_one_object;
  grant.expires_at = base::now_micros() + kHour;
  return grant;
}

constexpr auto kRead = Grant::Access::kRead;
constexpr auto kWrite = Grant::Access::kWrite;

TEST(ExternalPolicy, OfAPrefixLetsClientsClearItLookAroundAndWrite) {
  const Grant grant = grant_for(kWrite, false);
  EXPECT_TRUE(policy_permits(grant, listing("zarr", "abc/")));
  EXPECT_TRUE(policy_permits(grant, listing("zarr", "abc/c")));
  for (const char* action :
       {"GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload", "ListMultipartUploadParts"}) {
    EXPECT_TRUE(policy_permits(grant, on_object(action, "zarr", "abc/c/0/0"))) << action;
    for (const char* other : {"abcd", "abcd/c/0", "ab", "", "x/abc/c", "ABC/c"})
      EXPECT_FALSE(policy_permits(grant, on_object(action, "zarr", other))) << action << other;
    EXPECT_FALSE(policy_permits(grant, on_object(action, "zarr2", "abc/c"))) << action;
    EXPECT_FALSE(policy_permits(grant, on_object(action, "media", "abc/c"))) << action;
  }
  for (const char* other : {"", "a", "abcd", "abcd/", "/abc/"})
    EXPECT_FALSE(policy_permits(grant, listing("zarr", other))) << other;
  EXPECT_FALSE(policy_permits(grant, listing("media", "abc/")));
  EXPECT_FALSE(policy_permits(grant, on_object("PutObjectAcl", "zarr", "abc/c")));
}

TEST(ExternalPolicy, OfOneObjectIsToPutIt) {
  const Grant grant = grant_for(kWrite, true);
  for (const char* action : {"PutObject", "AbortMultipartUpload", "ListMultipartUploadParts"}) {
    EXPECT_TRUE(policy_permits(grant, on_object(action, "zarr", "abc"))) << action;
    for (const char* other : {"abc/", "abc/c", "abcd", "ab"})
      EXPECT_FALSE(policy_permits(grant, on_object(action, "zarr", other))) << action << other;
  }
  for (const char* action : {"GetObject", "DeleteObject"})
    EXPECT_FALSE(policy_permits(grant, on_object(action, "zarr", "abc"))) << action;
  EXPECT_FALSE(policy_permits(grant, listing("zarr", "abc")));
}

TEST(ExternalPolicy, OfReadersIsToRead) {
  for (const bool is_one_object : {false, true}) {
    const Grant grant = grant_for(kRead, is_one_object);
    EXPECT_TRUE(policy_permits(grant, on_object("GetObject", "zarr", "abc")));
    EXPECT_EQ(policy_permits(grant, on_object("GetObject", "zarr", "abc/c")), !is_one_object);
    EXPECT_EQ(policy_permits(grant, listing("zarr", "abc/")), !is_one_object);
    EXPECT_FALSE(policy_permits(grant, on_object("GetObject", "zarr", "abcd")));
    for (const char* action :
         {"PutObject", "DeleteObject", "AbortMultipartUpload", "ListMultipartUploadParts"})
      EXPECT_FALSE(policy_permits(grant, on_object(action, "zarr", "abc"))) << action;
  }
}

TEST(ExternalPolicy, IsNotWrittenForNamesThatMeanMore) {
  for (const char* key : {"a*", "a?", "${aws:username}"})
    EXPECT_THROW(inline_policy(grant_for(kRead, false, key)), S3Error) << key;
}

class SamePermission : public S3Test {
 protected:
  struct Request {
    Ask ask;
    PolicyCall call;
  };
  static std::vector<Request> requests() {
    std::vector<Request> all;
    for (const std::string bucket : {"zarr", "media"}) {
      for (const std::string key : {"ab", "abc", "abc/c", "abcd", "abcd/c"}) {
        const auto add = [&](std::string method, std::string query, std::string action,
                             std::string body = "") {
          all.push_back({{.method = std::move(method),
                          .path = "/" + bucket + "/" + key,
                          .query = std::move(query),
                          .body = std::move(body)},
                         on_object(std::move(action), bucket, key)});
        };
        add("GET", "", "GetObject");
        add("HEAD", "", "GetObject");
        add("PUT", "", "PutObject", "x");
        add("DELETE", "", "DeleteObject");
        add("POST", "uploads", "PutObject");
        add("PUT", "partNumber=1&uploadId=x", "PutObject", "x");
        add("POST", "uploadId=x", "PutObject", "<CompleteMultipartUpload/>");
        add("DELETE", "uploadId=x", "AbortMultipartUpload");
        add("GET", "uploadId=x", "ListMultipartUploadParts");
      }
      for (const std::string prefix : {"", "ab", "abc", "abc/", "abc/c", "abcd", "abcd/"}) {
        all.push_back({{.path = "/" + bucket, .query = "list-type=2&prefix=" + net::percent_encode(prefix)},
                       listing(bucket, prefix)});
        all.push_back({{.path = "/" + bucket, .query = "uploads&prefix=" + net::percent_encode(prefix)},
                       {"s3:ListBucketMultipartUploads", "arn:aws:s3:::" + bucket, std::nullopt}});
      }
    }
    return all;
  }
};

TEST_F(SamePermission, IsGivenByOurServerAndByThePolicy) {
  int permitted = 0;
  for (const Grant& grant :
       {grant_for(kRead, false), grant_for(kRead, true), grant_for(kWrite, false), grant_for(kWrite, true),
        grant_for(kRead, false, ""), grant_for(kWrite, false, "")}) {
    const Credentials by = store_->key().issue(grant);
    for (const Request& each : requests()) {
      const bool is_permitted = ask(each.ask, by).status != 403;
      permitted += is_permitted;
      EXPECT_EQ(is_permitted, policy_permits(grant, each.call))
          << inline_policy(grant) << "\n"
          << each.ask.method << " " << each.ask.path << "?" << each.ask.query;
    }
  }
  EXPECT_GT(permitted, 100);
}

}  // namespace
}  // namespace objects
