// Who may do what, and what the others are told.
#include "objects/s3_fixture.h"

namespace objects {
namespace {

class S3Access : public S3Test {
 protected:
  S3Access() {
    put("mine/a", "mine");
    put("mine", "itself", "media");
    put("mine2/a", "other");
  }
  std::string try_all(const std::string& path, const Credentials& by) {
    std::string codes;
    for (const char* method : {"GET", "PUT", "DELETE"})
      codes += code(ask({.method = method, .path = path}, by)) + ", ";
    return codes;
  }
};

TEST_F(S3Access, WithoutASignatureThereIsNone) {
  for (const char* path : {"/", "/zarr", "/zarr/mine/a", "/zarr/nothing"}) {
    EXPECT_EQ(code(raw(head_of(request_of({.path = path}), 0))), "403 AccessDenied") << path;
  }
}

TEST_F(S3Access, NeedsTheSecretAndTheTokenOfTheKey) {
  Credentials by = writer();
  by.secret_key += "x";
  EXPECT_EQ(code(ask({.path = "/zarr/mine/a"}, by)), "403 SignatureDoesNotMatch");
  by = writer();
  by.session_token = "";
  EXPECT_EQ(code(ask({.path = "/zarr/mine/a"}, by)), "403 InvalidAccessKeyId");
  by = writer();
  by.session_token = writer().session_token;
  EXPECT_EQ(code(ask({.path = "/zarr/mine/a"}, by)), "403 InvalidAccessKeyId");
  Grant ended = grant_of("zarr", "", Grant::Access::kRead);
  ended.expires_at = base::now_micros() - 1;
  EXPECT_EQ(code(ask({.path = "/zarr/mine/a"}, store_->key().issue(ended))), "403 ExpiredToken");
}

TEST_F(S3Access, TheTokenMustBeSigned) {
  Credentials by = writer();
  net::HttpRequest request = request_of({.path = "/zarr/mine/a"});
  const std::string token = std::exchange(by.session_token, "");
  sign_header(request, by, "UNSIGNED-PAYLOAD", base::now_micros());
  request.headers.add("x-amz-security-token", token);
  EXPECT_EQ(code(raw(head_of(request, 0))), "403 AccessDenied");
}

TEST_F(S3Access, EndsWhereTheGrantEnds) {
  const Credentials by = writer("zarr", "mine");
  for (const char* path : {"/zarr/mine2/a", "/zarr/nothing", "/zarr/min", "/media/mine", "/zarr/mine2"}) {
    EXPECT_EQ(try_all(path, by), "403 AccessDenied, 403 AccessDenied, 403 AccessDenied, ") << path;
  }
  EXPECT_EQ(try_all("/zarr/mine/a", by), "200 , 200 , 204 , ");
  EXPECT_EQ(code(ask({.path = "/zarr/mine/nothing"}, by)), "404 NoSuchKey");
  EXPECT_EQ(code(ask({.path = "/zarr/mine"}, by)), "404 NoSuchKey");
  EXPECT_EQ(get("mine2/a"), "other");
}

TEST_F(S3Access, OfAReaderIsToRead) {
  EXPECT_EQ(try_all("/zarr/mine/a", reader("zarr", "mine")), "200 , 403 AccessDenied, 403 AccessDenied, ");
  EXPECT_EQ(code(ask({.method = "PUT", .path = "/zarr"}, reader())), "403 AccessDenied");
  const Response bulk = ask({.method = "POST",
                             .path = "/zarr",
                             .query = "delete",
                             .body = "<Delete><Object><Key>mine/a</Key></Object></Delete>"},
                            reader());
  EXPECT_EQ(bulk.status, 200);
  EXPECT_EQ(inside(bulk.body, "Code"), "AccessDenied");
  EXPECT_EQ(get("mine/a"), "mine");
}

TEST_F(S3Access, IsDecidedByDecodedKeys) {
  const Credentials by = writer("zarr", "mine");
  for (const std::string path :
       {"/zarr/mine/../mine2/a", "/zarr/mine/./a", "/zarr/mine/..", "/zarr/mine/%2e%2e/x"}) {
    net::HttpRequest request = request_of({.path = net::percent_decode(path)});
    sign_header(request, by, "UNSIGNED-PAYLOAD", base::now_micros());
    std::string head = head_of(request, 0);
    head.replace(4, head.find(" HTTP") - 4, path);
    EXPECT_EQ(code(raw(head)), "400 InvalidArgument") << path;
  }
  const std::string long_key(1025, 'k');
  EXPECT_EQ(code(ask({.path = "/zarr/mine/" + long_key}, by)), "400 KeyTooLongError");
  EXPECT_EQ(code(ask({.path = "/Zarr_/mine"}, by)), "400 InvalidBucketName");
  EXPECT_EQ(code(ask({.path = "/../mine"}, by)), "400 InvalidBucketName");
  EXPECT_EQ(code(ask({.path = "/.sealed/mine"}, by)), "400 InvalidBucketName");
}

TEST_F(S3Access, ToListIsToListWhatTheGrantCovers) {
  const Credentials by = reader("zarr", "mine");
  const auto keys = [&](const std::string& query) {
    return all_inside(ask({.path = "/zarr", .query = "list-type=2&prefix=" + query}, by).body, "Key");
  };
  EXPECT_THAT(keys("mine"), testing::ElementsAre("mine/a"));
  EXPECT_THAT(keys("mine%2F"), testing::ElementsAre("mine/a"));
  EXPECT_THAT(keys("mine%2Fb"), testing::IsEmpty());
  for (const char* query : {"", "min", "mine2", "mine2%2F", "m"}) {
    EXPECT_EQ(code(ask({.path = "/zarr", .query = std::string("list-type=2&prefix=") + query}, by)),
              "403 AccessDenied")
        << query;
  }
  EXPECT_EQ(code(ask({.path = "/zarr"}, by)), "403 AccessDenied");
  const Response folders = ask({.path = "/zarr", .query = "list-type=2&delimiter=%2F&prefix=mine"}, by);
  EXPECT_THAT(all_inside(folders.body, "CommonPrefixes"), testing::ElementsAre("<Prefix>mine/</Prefix>"));
}

TEST_F(S3Access, ToABucketIsSeenByThoseWhoHaveSomethingInIt) {
  const auto names = [&](const Credentials& by) { return all_inside(ask({.path = "/"}, by).body, "Name"); };
  EXPECT_THAT(names(reader("zarr", "mine")), testing::ElementsAre("zarr"));
  EXPECT_THAT(names(reader("")), testing::ElementsAre("media", "zarr"));
  EXPECT_EQ(ask({.method = "HEAD", .path = "/zarr"}, reader("zarr", "mine")).status, 200);
  EXPECT_EQ(ask({.method = "HEAD", .path = "/media"}, reader("zarr")).status, 403);
  EXPECT_EQ(ask({.path = "/zarr", .query = "location"}, reader("zarr")).status, 200);
  EXPECT_EQ(ask({.method = "PUT", .path = "/fresh"}, writer("")).status, 200);
  EXPECT_THAT(names(reader("")), testing::ElementsAre("fresh", "media", "zarr"));
}

TEST_F(S3Access, OfThePlatformItselfNeedsNoTokenAndKeepsSeals) {
  const Credentials& own = store_->key().own();
  EXPECT_EQ(ask({.path = "/zarr/mine/a"}, own).body, "mine");
  store_->hold("zarr", "mine");
  EXPECT_EQ(code(ask({.method = "PUT", .path = "/zarr/mine/a", .body = "x"}, own)), "403 AccessDenied");
  EXPECT_EQ(code(ask({.method = "DELETE", .path = "/zarr/mine/a"}, own)), "403 AccessDenied");
  EXPECT_EQ(get("mine/a"), "mine");
}

TEST_F(S3Access, ByAnAddressLastsAsLongAsItSays) {
  const std::string host = "localhost:" + std::to_string(server_->port());
  const std::string address = store_->presigned_get("zarr", "mine/a", host, std::chrono::seconds(60));
  const std::string head = " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
  EXPECT_EQ(raw("GET " + address + head).body, "mine");
  EXPECT_EQ(code(raw("GET " + address + "0" + head)), "403 SignatureDoesNotMatch");
  EXPECT_EQ(code(raw("DELETE " + address + head)), "403 SignatureDoesNotMatch");
  std::string elsewhere = address;
  elsewhere.replace(0, 7, "/zarr/m2");
  EXPECT_EQ(raw("GET " + elsewhere + head).status, 403);
  EXPECT_EQ(raw("GET " + address + " HTTP/1.1\r\nHost: other\r\n\r\n").status, 403);

  net::HttpRequest by_grant = request_of({.path = "/zarr/mine/a"});
  sign_query(by_grant, reader("zarr", "mine"), std::chrono::seconds(60), base::now_micros());
  EXPECT_EQ(raw(head_of(by_grant, 0)).body, "mine");
  net::HttpRequest ended = request_of({.path = "/zarr/mine/a"});
  sign_query(ended, reader("zarr", "mine"), std::chrono::seconds(60), base::now_micros() - 60'000'000);
  EXPECT_EQ(code(raw(head_of(ended, 0))), "403 AccessDenied");
}

TEST_F(S3Access, IsRefusedWhereS3HasMoreThanWeDo) {
  EXPECT_EQ(code(ask({.path = "/zarr/mine/a", .query = "acl"})), "501 NotImplemented");
  EXPECT_EQ(code(ask({.path = "/zarr", .query = "versioning"})), "501 NotImplemented");
  EXPECT_EQ(code(ask({.path = "/zarr/mine/a", .query = "versionId=x"})), "404 NoSuchVersion");
  EXPECT_EQ(code(upload("a", "x", {{"x-amz-acl", "public-read"}})), "501 NotImplemented");
  EXPECT_EQ(code(upload("a", "x", {{"x-amz-server-side-encryption", "aws:kms"}})), "501 NotImplemented");
  EXPECT_EQ(code(ask({.method = "PATCH", .path = "/zarr/mine/a"})), "405 MethodNotAllowed");
  EXPECT_EQ(code(ask({.path = "/zarr/mine/a", .query = "a=%zz"})), "400 InvalidURI");
}

}  // namespace
}  // namespace objects
