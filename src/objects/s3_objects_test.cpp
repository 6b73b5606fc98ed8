// Single objects over HTTP: writing, reading, parts and conditions.
#include <algorithm>

#include "objects/s3_fixture.h"

namespace objects {
namespace {

using testing::HasSubstr;

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((i * 7 + i / 251) % 256);
  return bytes;
}

class S3Objects : public S3Test {};

TEST_F(S3Objects, AreReadAsTheyWereWritten) {
  const Response written = upload("a b/\xc3\xbc+~=.x", "hello",
                                  {{"Content-Type", "text/html"},
                                   {"x-amz-meta-Colour", "bl\xc3\xbc"},
                                   {"Cache-Control", "no-store"},
                                   {"Content-Encoding", "aws-chunked, zstd"}});
  EXPECT_EQ(written.status, 200);
  EXPECT_EQ(header(written, "ETag"), "\"5d41402abc4b2a76b9719d911017c592\"");
  const Response read = download("a b/\xc3\xbc+~=.x");
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.body, "hello");
  EXPECT_EQ(header(read, "ETag"), "\"5d41402abc4b2a76b9719d911017c592\"");
  EXPECT_EQ(header(read, "x-amz-meta-colour"), "bl\xc3\xbc");
  EXPECT_EQ(header(read, "cache-control"), "no-store");
  EXPECT_EQ(header(read, "content-encoding"), "zstd");
  EXPECT_EQ(header(read, "Accept-Ranges"), "bytes");
  EXPECT_THAT(header(read, "Last-Modified"), testing::EndsWith(" GMT"));
  EXPECT_NE(header(read, "x-amz-request-id"), "");
}

TEST_F(S3Objects, OfManyPiecesPassThroughWhole) {
  for (const std::size_t size : {0, 1, 131'072, 131'073, 262'144, 262'145, 3'000'001}) {
    const std::string body = pattern(size);
    EXPECT_EQ(upload("big", body).status, 200);
    const Response read = download("big");
    EXPECT_TRUE(read.body == body) << size;
    const Response head = ask({.method = "HEAD", .path = "/zarr/big"});
    EXPECT_EQ(header(head, "Content-Length"), std::to_string(size));
    EXPECT_EQ(head.status, 200);
  }
  EXPECT_EQ(files_on_disk(), 1U);
}

TEST_F(S3Objects, AreNeverShownAsAPage) {
  upload("page", "<script>",
         {{"Content-Type", "text/html"}, {"Content-Disposition", "inline; filename=\"a.html\""}});
  for (const Ask& each : {Ask{.path = "/zarr/page"}, Ask{.method = "HEAD", .path = "/zarr/page"},
                          Ask{.path = "/zarr/page", .headers = {{"Range", "bytes=0-1"}}},
                          Ask{.path = "/zarr/page", .headers = {{"If-None-Match", "*"}}}}) {
    const Response response = ask(each);
    EXPECT_EQ(header(response, "Content-Disposition"), "attachment; filename=\"a.html\"");
    EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(response, "Content-Security-Policy"), "sandbox; default-src 'none'");
  }
  const Response other = ask({.path = "/zarr/page",
                              .query = "response-content-disposition=inline"
                                       "&response-content-type=text%2Fplain"});
  EXPECT_EQ(header(other, "Content-Disposition"), "attachment");
  EXPECT_EQ(header(other, "Content-Type"), "text/plain");
}

TEST_F(S3Objects, AreReadInParts) {
  const std::string body = pattern(1'000'000);
  upload("big", body);
  const auto part = [&](const std::string& range) { return download("big", {{"Range", range}}); };
  const Response middle = part("bytes=10-300009");
  EXPECT_EQ(middle.status, 206);
  EXPECT_EQ(header(middle, "Content-Range"), "bytes 10-300009/1000000");
  EXPECT_TRUE(middle.body == body.substr(10, 300'000));
  EXPECT_TRUE(part("bytes=-100").body == body.substr(999'900));
  EXPECT_TRUE(part("bytes=999999-2000000").body == body.substr(999'999));
  EXPECT_TRUE(part("bytes=0-1,5-6").body == body);
  const Response behind = part("bytes=1000000-");
  EXPECT_EQ(code(behind), "416 InvalidRange");
  EXPECT_EQ(header(behind, "Content-Range"), "bytes */1000000");
  const std::string etag = header(middle, "ETag");
  EXPECT_EQ(download("big", {{"Range", "bytes=0-0"}, {"If-Range", etag}}).status, 206);
  EXPECT_EQ(download("big", {{"Range", "bytes=0-0"}, {"If-Range", "\"other\""}}).status, 200);
}

TEST_F(S3Objects, AreReadOnCondition) {
  const std::string etag = header(upload("a", "1"), "ETag");
  EXPECT_EQ(download("a", {{"If-None-Match", etag}}).status, 304);
  EXPECT_EQ(code(download("a", {{"If-Match", "\"x\""}})), "412 PreconditionFailed");
  EXPECT_EQ(download("a", {{"If-Match", etag}}).body, "1");
  EXPECT_EQ(code(download("nothing", {{"If-Match", etag}})), "404 NoSuchKey");
}

TEST_F(S3Objects, AreWrittenOnCondition) {
  const std::string etag = header(upload("a", "1", {{"If-None-Match", "*"}}), "ETag");
  EXPECT_EQ(code(upload("a", "2", {{"If-None-Match", "*"}})), "412 PreconditionFailed");
  const Response changed = upload("a", "2", {{"If-Match", "\"x\""}});
  EXPECT_EQ(code(changed), "412 PreconditionFailed");
  EXPECT_EQ(inside(changed.body, "Condition"), "If-Match");
  EXPECT_EQ(code(upload("b", "2", {{"If-Match", etag}})), "404 NoSuchKey");
  EXPECT_EQ(code(upload("a", "2", {{"If-None-Match", etag}})), "501 NotImplemented");
  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(upload("a", "2", {{"If-Match", etag}}).status, 200);
  EXPECT_EQ(get("a"), "2");
}

TEST_F(S3Objects, OfWhichOneIsCreatedOfManyAtOnce) {
  std::vector<std::unique_ptr<net::testing::RawClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<net::testing::RawClient>(server_->port()));
    const std::string bytes = signed_bytes({.method = "PUT",
                                            .path = "/zarr/one",
                                            .body = std::to_string(i),
                                            .headers = {{"If-None-Match", "*"}}},
                                           writer());
    clients.back()->send(bytes);
  }
  std::vector<int> statuses;
  std::string created;
  for (std::size_t i = 0; i < clients.size(); ++i) {
    statuses.push_back(clients[i]->read_response().status);
    if (statuses.back() == 200) created = std::to_string(i);
  }
  EXPECT_EQ(std::ranges::count(statuses, 200), 1);
  EXPECT_EQ(std::ranges::count(statuses, 412), 7);
  EXPECT_EQ(get("one"), created);
}

TEST_F(S3Objects, ArePutOnlyIfTheirBodyIsTheOneThatWasMeant) {
  EXPECT_EQ(
      code(ask({.method = "PUT", .path = "/zarr/a", .body = "x", .payload_hash = jose::sha256_hex("y")})),
      "400 XAmzContentSHA256Mismatch");
  EXPECT_EQ(code(ask({.method = "PUT", .path = "/zarr/a", .body = "x", .payload_hash = "nonsense"})),
            "400 InvalidArgument");
  EXPECT_EQ(code(upload("a", "x", {{"Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="}})), "400 BadDigest");
  EXPECT_EQ(code(upload("a", "x", {{"Content-MD5", "1B2M2Y8AsgTpgAmY7PhC"}})), "400 InvalidDigest");
  EXPECT_EQ(files_on_disk(), 0U);
  EXPECT_EQ(upload("a", "", {{"Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="}}).status, 200);
  EXPECT_EQ(ask({.method = "PUT", .path = "/zarr/a", .body = "x", .payload_hash = "UNSIGNED-PAYLOAD"}).status,
            200);
}

TEST_F(S3Objects, OfWhichOnlyAPartCameAreNotThere) {
  const std::string bytes =
      signed_bytes({.method = "PUT", .path = "/zarr/a", .body = pattern(1'000'000)}, writer());
  net::testing::RawClient client(server_->port());
  client.send(bytes.substr(0, bytes.size() - 1));
  EXPECT_TRUE(net::testing::TestServer::eventually([&] { return files_on_disk() == 1; }));
  EXPECT_EQ(get("a"), "nothing");
  client.close();
  EXPECT_TRUE(net::testing::TestServer::eventually([&] { return files_on_disk() == 0; }));
  EXPECT_EQ(get("a"), "nothing");
}

TEST_F(S3Objects, KeepTheLimitOfTheGrant) {
  Grant grant = grant_of("zarr", "", Grant::Access::kWrite);
  grant.max_bytes = 10;
  const Credentials by = store_->key().issue(grant);
  EXPECT_EQ(ask({.method = "PUT", .path = "/zarr/a", .body = "0123456789"}, by).status, 200);
  EXPECT_EQ(code(ask({.method = "PUT", .path = "/zarr/b", .body = "0123456789a"}, by)), "400 EntityTooLarge");
  // Nor if the length is not told before.
  net::HttpRequest request = request_of({.method = "PUT", .path = "/zarr/b"});
  sign_header(request, by, "UNSIGNED-PAYLOAD", base::now_micros());
  request.headers.add("Transfer-Encoding", "chunked");
  std::string head = head_of(request, 0);
  head.erase(head.find("Content-Length: 0\r\n"), 19);
  EXPECT_EQ(code(raw(head + "5\r\nabcde\r\n6\r\nabcdef\r\n0\r\n\r\n")), "400 EntityTooLarge");
  EXPECT_EQ(get("b"), "nothing");
}

TEST_F(S3Objects, HaveMetadataThatFits) {
  EXPECT_EQ(upload("a", "x", {{"x-amz-meta-k", std::string(2047, 'v')}}).status, 200);
  EXPECT_EQ(header(download("a"), "x-amz-meta-k"), std::string(2047, 'v'));
  EXPECT_EQ(code(upload("a", "x", {{"x-amz-meta-k", std::string(2048, 'v')}})), "400 MetadataTooLarge");
  EXPECT_EQ(code(upload("a", "x", {{"x-amz-meta-k", "\xff"}})), "400 InvalidArgument");
}

TEST_F(S3Objects, AreDeletedWhetherTheyAreThereOrNot) {
  upload("a", "x");
  EXPECT_EQ(ask({.method = "DELETE", .path = "/zarr/a"}).status, 204);
  EXPECT_EQ(ask({.method = "DELETE", .path = "/zarr/a"}).status, 204);
  EXPECT_EQ(code(download("a")), "404 NoSuchKey");
}

TEST_F(S3Objects, AreDeletedOnCondition) {
  upload("a", "new");
  const Response there = download("a");
  const auto remove = [&](const std::string& key, Fields conditions) {
    return code(ask({.method = "DELETE", .path = "/zarr/" + key, .headers = std::move(conditions)}));
  };
  const Response refused = ask({.method = "DELETE", .path = "/zarr/a", .headers = {{"If-Match", "\"x\""}}});
  EXPECT_EQ(code(refused), "412 PreconditionFailed");
  EXPECT_EQ(inside(refused.body, "Condition"), "If-Match");
  EXPECT_EQ(remove("a", {{"If-Match", ""}}), "412 PreconditionFailed");
  EXPECT_EQ(remove("a", {{"x-amz-if-match-size", "4"}}), "412 PreconditionFailed");
  EXPECT_EQ(remove("a", {{"x-amz-if-match-size", "three"}}), "400 InvalidArgument");
  EXPECT_EQ(remove("a", {{"x-amz-if-match-last-modified-time", "Sun, 06 Nov 1994 08:49:37 GMT"}}),
            "412 PreconditionFailed");
  EXPECT_EQ(remove("a", {{"x-amz-if-match-last-modified-time", "yesterday"}}), "400 InvalidArgument");
  EXPECT_EQ(remove("a", {{"If-None-Match", "*"}}), "501 NotImplemented");
  EXPECT_EQ(remove("a", {{"If-Unmodified-Since", header(there, "Last-Modified")}}), "501 NotImplemented");
  EXPECT_EQ(get("a"), "new");
  EXPECT_EQ(remove("a", {{"If-Match", header(there, "ETag")},
                         {"x-amz-if-match-size", "3"},
                         {"x-amz-if-match-last-modified-time", header(there, "Last-Modified")}}),
            "204 ");
  EXPECT_EQ(get("a"), "nothing");
  EXPECT_EQ(remove("a", {{"If-Match", header(there, "ETag")}}), "404 NoSuchKey");
  EXPECT_EQ(remove("a", {{"If-Match", "*"}}), "404 NoSuchKey");
  EXPECT_EQ(remove("a", {{"x-amz-if-match-size", "3"}}), "204 ");
  upload("a", "new");
  EXPECT_EQ(remove("a", {{"If-Match", "*"}}), "204 ");
}

TEST_F(S3Objects, AreDeletedInBulkEachOnItsCondition) {
  for (const char* key : {"same", "other", "short", "old", "odd", "any", "unasked"}) upload(key, "x");
  const Response there = download("same");
  const Response response = ask(
      {.method = "POST",
       .path = "/zarr",
       .query = "delete",
       .body = "<Delete><Object><Key>same</Key><ETag>" + header(there, "ETag") +
               "</ETag><Size>1</Size><LastModifiedTime>" + header(there, "Last-Modified") +
               "</LastModifiedTime></Object>"
               "<Object><Key>other</Key><ETag>\"x\"</ETag></Object>"
               "<Object><Key>short</Key><Size>2</Size></Object>"
               "<Object><Key>old</Key><LastModifiedTime>Sun, 06 Nov 1994 08:49:37 GMT</LastModifiedTime>"
               "</Object><Object><Key>odd</Key><Size>-1</Size></Object>"
               "<Object><Key>any</Key><ETag>*</ETag></Object>"
               "<Object><Key>gone</Key><ETag>*</ETag></Object><Object><Key>unasked</Key></Object></Delete>"});
  EXPECT_THAT(all_inside(response.body, "Deleted"),
              testing::ElementsAre("<Key>same</Key>", "<Key>any</Key>", "<Key>unasked</Key>"));
  EXPECT_THAT(all_inside(response.body, "Code"),
              testing::ElementsAre("PreconditionFailed", "PreconditionFailed", "PreconditionFailed",
                                   "InvalidArgument", "NoSuchKey"));
  EXPECT_EQ(get("other") + get("short") + get("old") + get("odd"), "xxxx");
}

TEST_F(S3Objects, AreDeletedInBulkAndEachIsAnswered) {
  upload("a&b", "x");
  upload(" ", "x");
  upload("sealed/x", "x");
  store_->hold("zarr", "sealed");
  const std::string body =
      "<?xml version=\"1.0\"?><Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<Object><Key>a&amp;b</Key></Object><Object><Key>never</Key></Object><Object><Key> </Key></Object>"
      "<Object><Key>sealed/x</Key></Object><Object><Key>a/../b</Key></Object></Delete>";
  const Response response = ask({.method = "POST", .path = "/zarr", .query = "delete", .body = body});
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(all_inside(response.body, "Deleted"),
              testing::ElementsAre("<Key>a&amp;b</Key>", "<Key>never</Key>", "<Key> </Key>"));
  EXPECT_THAT(all_inside(response.body, "Code"), testing::ElementsAre("AccessDenied", "InvalidArgument"));
  EXPECT_EQ(get("sealed/x"), "x");
  EXPECT_EQ(files_on_disk(), 1U);
  const Response quiet = ask({.method = "POST",
                              .path = "/zarr/",
                              .query = "delete=",
                              .body = "<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object></Delete>"});
  EXPECT_THAT(quiet.body, Not(HasSubstr("Deleted")));
  for (const char* bad :
       {"", "<Delete/>", "<Delete><Object><Key>a</Key></Object>", "<Other/>",
        "<!DOCTYPE Delete [<!ENTITY a \"b\">]><Delete><Object><Key>&a;</Key></Object></Delete>"}) {
    EXPECT_EQ(code(ask({.method = "POST", .path = "/zarr", .query = "delete", .body = bad})),
              "400 MalformedXML")
        << bad;
  }
}

}  // namespace
}  // namespace objects
