// Somebody else's S3: here our own server plays it, and a few lines its security token service.
#include "objects/external_store.h"

#include "base/json.h"
#include "objects/s3_error.h"
#include "objects/s3_fixture.h"

namespace objects {
namespace {

using base::Json;
using testing::HasSubstr;

class External : public S3Test {
 protected:
  ExternalSettings settings() const {
    ExternalSettings settings;
    settings.endpoint = "http://localhost:" + std::to_string(server_->port());
    settings.access_key = store_->key().own().access_key;
    settings.secret_key = store_->key().own().secret_key;
    settings.role_arn = "arn:aws:iam::000000000000:role/datalayer";
    return settings;
  }
  static std::string code_of(const auto& action) {
    try {
      action();
    } catch (const S3Error& error) {
      return error.code();
    }
    return "";
  }
};

TEST_F(External, IsReadListedAndPurged) {
  put("1/a b+ü", "0123456789");
  put("1/c", "");
  put("1/d/e", "x");
  ExternalStore there(settings());
  EXPECT_EQ(there.head("zarr", "1/a b+ü").value().size, 10U);
  EXPECT_EQ(there.head("zarr", "1/nothing"), std::nullopt);
  EXPECT_EQ(there.read("zarr", "1/a b+ü", 3, 4), "3456");
  EXPECT_EQ(there.read("zarr", "1/a b+ü", 8, 100), "89");
  EXPECT_EQ(there.read("zarr", "1/a b+ü", 10, 5), "");
  EXPECT_EQ(there.read("zarr", "1/c", 0, 5), "");
  EXPECT_EQ(code_of([&] { there.read("zarr", "1/nothing", 0, 5); }), "NoSuchKey");

  ListRequest request;
  request.prefix = "1/";
  request.limit = 2;
  ObjectList list = there.list("zarr", request);
  ASSERT_EQ(list.entries.size(), 2U);
  EXPECT_EQ(list.entries[0].key, "1/a b+ü");
  EXPECT_EQ(list.entries[0].facts.value().size, 10U);
  EXPECT_TRUE(list.is_truncated);
  request.after = list.entries.back().key;
  list = there.list("zarr", request);
  ASSERT_EQ(list.entries.size(), 1U);
  EXPECT_EQ(list.entries[0].key, "1/d/e");
  EXPECT_FALSE(list.is_truncated);
  request = {.prefix = "1/", .after = "", .by_folder = true, .limit = 10};
  EXPECT_EQ(there.list("zarr", request).entries.back().facts, std::nullopt);

  EXPECT_TRUE(there.remove("zarr", "1/d/e"));
  EXPECT_EQ(there.head("zarr", "1/d/e"), std::nullopt);
}

TEST_F(External, RefusesInTheOtherStoresWords) {
  ExternalSettings wrong = settings();
  wrong.secret_key = "wrong";
  ExternalStore there(wrong);
  EXPECT_EQ(code_of([&] { there.list("zarr", {}); }), "SignatureDoesNotMatch");
}

TEST_F(External, GivesAddressesThatOpenOneObject) {
  put("1/picture", "bytes");
  ExternalStore there(settings());
  const std::string host = "localhost:" + std::to_string(server_->port());
  const std::string address = there.presigned_get("zarr", "1/picture", host, std::chrono::minutes(5));
  net::Outgoing request;
  request.url = "http://" + host + address;
  EXPECT_EQ(net::send(request, std::chrono::seconds(10)).body, "bytes");
  request.url = "http://127.0.0.1:" + std::to_string(server_->port()) + address;
  EXPECT_EQ(net::send(request, std::chrono::seconds(10)).status, 403);
}

TEST(ExternalGrants, AreRolesNarrowedByAPolicy) {
  ExternalSettings settings;
  settings.endpoint = "http://rustfs:9000";
  settings.access_key = "AKID";
  settings.secret_key = "secret";
  settings.role_arn = "arn:aws:iam::000000000000:role/datalayer";
  net::Outgoing asked;
  std::string answer =
      R"(<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>)"
      R"(<AccessKeyId>A</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T/+=</SessionToken>)"
      R"(</Credentials></AssumeRoleResult></AssumeRoleResponse>)";
  int status = 200;
  ExternalStore store(settings, [&](const net::Outgoing& request, std::chrono::milliseconds) {
    asked = request;
    net::HttpResponse response;
    response.status = status;
    response.body = answer;
    return response;
  });
  Grant grant;
  grant.bucket = "zarr";
  grant.key = "1/abc";
  grant.access = Grant::Access::kWrite;
  grant.expires_at = base::now_micros() + kHour + 500'000;
  const Credentials made = store.grant(grant);
  EXPECT_EQ(made.access_key, "A");
  EXPECT_EQ(made.secret_key, "S");
  EXPECT_EQ(made.session_token, "T/+=");

  std::map<std::string, std::string> fields;
  for (auto& [name, value] : net::parse_form(asked.body)) fields[name] = value;
  EXPECT_EQ(fields["Action"], "AssumeRole");
  EXPECT_EQ(fields["DurationSeconds"], "3600");
  EXPECT_EQ(fields["Policy"], inline_policy(grant));
  EXPECT_THAT(std::string(asked.headers.get("Authorization").value_or("")),
              testing::ContainsRegex("Credential=AKID/[0-9]{8}/us-east-1/sts/aws4_request"));
  EXPECT_EQ(asked.headers.get("x-amz-content-sha256"), jose::sha256_hex(asked.body));
  EXPECT_EQ(asked.url, "http://rustfs:9000");
  EXPECT_EQ(asked.headers.get("Host"), "rustfs:9000");
  EXPECT_FALSE(fields.contains("ExternalId"));

  status = 403;
  EXPECT_THROW(store.grant(grant), S3Error);
  status = 200;
  answer = "<AssumeRoleResponse/>";
  EXPECT_THROW(store.grant(grant), S3Error);
}

TEST(ExternalGrants, AreAskedForWhereTheTokenServiceIs) {
  ExternalSettings settings;
  settings.endpoint = "https://s3.eu-central-1.amazonaws.com";
  settings.sts_endpoint = "https://sts.eu-central-1.amazonaws.com/";
  settings.region = "eu-central-1";
  settings.access_key = "AKID";
  settings.secret_key = "secret";
  settings.external_id = "lab/7+1";
  net::Outgoing asked;
  ExternalStore store(settings, [&](const net::Outgoing& request, std::chrono::milliseconds) {
    asked = request;
    return net::HttpResponse{};
  });
  Grant grant;
  grant.bucket = "zarr";
  EXPECT_THROW(store.grant(grant), S3Error);
  EXPECT_EQ(asked.url, settings.sts_endpoint);
  EXPECT_EQ(asked.headers.get("Host"), "sts.eu-central-1.amazonaws.com");
  EXPECT_THAT(std::string(asked.headers.get("Authorization").value_or("")),
              testing::ContainsRegex("Credential=AKID/[0-9]{8}/eu-central-1/sts/aws4_request"));
  EXPECT_THAT(asked.body, testing::EndsWith("&ExternalId=lab%2F7%2B1"));
}

TEST(ExternalGrants, NameExactlyWhatTheyOpen) {
  Grant grant;
  grant.bucket = "zarr";
  grant.key = "1/abc";
  const Json read = Json::parse(inline_policy(grant))["Statement"];
  EXPECT_EQ(read.items()[0]["Action"].dump(), R"(["s3:GetObject"])");
  EXPECT_EQ(read.items()[0]["Resource"].dump(), R"(["arn:aws:s3:::zarr/1/abc","arn:aws:s3:::zarr/1/abc/*"])");
  EXPECT_EQ(read.items()[1].dump(),
            R"({"Effect":"Allow","Action":["s3:ListBucket"],"Resource":["arn:aws:s3:::zarr"],)"
            R"("Condition":{"StringLike":{"s3:prefix":["1/abc","1/abc/*"]}}})");
  grant.access = Grant::Access::kWrite;
  EXPECT_THAT(inline_policy(grant), HasSubstr("s3:PutObject"));
  grant.is_one_object = true;
  const Json one = Json::parse(inline_policy(grant))["Statement"];
  EXPECT_EQ(one.dump(), R"([{"Effect":"Allow","Action":["s3:PutObject","s3:AbortMultipartUpload",)"
                        R"("s3:ListMultipartUploadParts"],"Resource":["arn:aws:s3:::zarr/1/abc"]}])");
  grant.is_one_object = false;
  grant.key = "";
  EXPECT_EQ(Json::parse(inline_policy(grant))["Statement"].items()[1].find("Condition"), nullptr);
}

TEST(ExternalGrants, ArePermanentKeysOnlyWhereTheConfigurationSaysSo) {
  ExternalSettings settings;
  settings.endpoint = "http://rustfs:9000";
  settings.access_key = "AKID";
  settings.secret_key = "secret";
  settings.allow_permanent_keys = true;
  ExternalStore store(settings, [](const net::Outgoing&, std::chrono::milliseconds) -> net::HttpResponse {
    throw std::logic_error("asked");
  });
  const Credentials made = store.grant({});
  EXPECT_EQ(made.access_key, "AKID");
  EXPECT_EQ(made.session_token, "");
}

}  // namespace
}  // namespace objects
