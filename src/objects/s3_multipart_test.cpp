// Uploads in parts over HTTP.
#include "objects/s3_multipart_fixture.h"

namespace objects {
namespace {

using testing::ElementsAre;

TEST_F(S3Multipart, PartsInAnyOrderMakeOneObjectWithoutBeingCopied) {
  const std::string id = create("/zarr/big", {{"Content-Type", "image/tiff"}, {"x-amz-meta-a", "b"}});
  const std::string second = etag_of(put_part(id, 2, second_));
  const std::string last = etag_of(put_part(id, 3, last_));
  EXPECT_EQ(code(download("big")), "404 NoSuchKey");
  const std::string first = etag_of(put_part(id, 1, first_));
  EXPECT_EQ(first, "\"" + hex(Digest::of(Digest::Kind::kMd5, first_)) + "\"");
  const ino_t data = inode("/objects/.uploads/" + id + "/data");
  const Response done = complete(id, {{1, first}, {2, second}, {3, last}});
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(inside(done.body, "ETag"), "&quot;" + joined_etag({first_, second_, last_}) + "&quot;");
  EXPECT_TRUE(whole() == first_ + second_ + last_);
  EXPECT_EQ(inode("/objects/zarr/big"), data);
  const Response head = ask({.method = "HEAD", .path = "/zarr/big"});
  EXPECT_EQ(header(head, "Content-Type"), "image/tiff");
  EXPECT_EQ(header(head, "x-amz-meta-a"), "b");
  EXPECT_EQ(files_on_disk(), 1U);
}

TEST_F(S3Multipart, IsReadByItsPartsToo) {
  const std::string id = create();
  const std::string first = etag_of(put_part(id, 1, first_));
  const std::string second = etag_of(put_part(id, 2, second_));
  const std::string last = etag_of(put_part(id, 3, last_));
  complete(id, {{1, first}, {2, second}, {3, last}});
  const Response part = ask({.path = "/zarr/big", .query = "partNumber=2"});
  EXPECT_EQ(part.status, 206);
  EXPECT_TRUE(part.body == second_);
  EXPECT_EQ(header(part, "x-amz-mp-parts-count"), "3");
  EXPECT_EQ(header(part, "Content-Range"), "bytes 5242880-10485759/10486760");
  EXPECT_EQ(header(part, "x-arkitekt-parts"), "");
  EXPECT_TRUE(ask({.path = "/zarr/big", .query = "partNumber=3"}).body == last_);
  EXPECT_EQ(code(ask({.path = "/zarr/big", .query = "partNumber=4"})), "416 InvalidPartNumber");
  EXPECT_EQ(code(ask({.path = "/zarr/big", .query = "partNumber=0"})), "400 InvalidArgument");
  upload("whole", "bytes");
  EXPECT_EQ(ask({.path = "/zarr/whole", .query = "partNumber=1"}).body, "bytes");
  EXPECT_EQ(code(ask({.path = "/zarr/whole", .query = "partNumber=2"})), "416 InvalidPartNumber");
}

TEST_F(S3Multipart, PartsOfAnySizeAndNumberAreJoined) {
  const std::string id = create();
  const std::string odd = bytes(kPart + 77, 'o');
  const std::string a = etag_of(put_part(id, 4, first_));
  const std::string b = etag_of(put_part(id, 7, odd));
  const std::string c = etag_of(put_part(id, 9999, ""));
  EXPECT_EQ(complete(id, {{4, a}, {7, b}, {9999, c}}).status, 200);
  EXPECT_TRUE(whole() == first_ + odd);
  EXPECT_EQ(files_on_disk(), 1U);
}

TEST_F(S3Multipart, APartThatIsSentAgainReplacesTheFirst) {
  const std::string id = create();
  put_part(id, 1, first_);
  const std::string last = etag_of(put_part(id, 2, last_));
  const std::string again = etag_of(put_part(id, 1, second_));
  EXPECT_EQ(complete(id, {{1, again}, {2, last}}).status, 200);
  EXPECT_TRUE(whole() == second_ + last_);
}

TEST_F(S3Multipart, PartsThatAreNotListedAreLeftOut) {
  const std::string id = create();
  const std::string first = etag_of(put_part(id, 1, first_));
  put_part(id, 2, second_);
  EXPECT_EQ(complete(id, {{1, first}}).status, 200);
  EXPECT_TRUE(whole() == first_);
  EXPECT_EQ(files_on_disk(), 1U);
}

TEST_F(S3Multipart, IsCompletedOnlyByPartsThatCame) {
  const std::string id = create();
  const std::string first = etag_of(put_part(id, 1, "small"));
  const std::string second = etag_of(put_part(id, 2, "small, too"));
  EXPECT_EQ(code(complete(id, {{1, first}, {2, second}})), "400 EntityTooSmall");
  EXPECT_EQ(code(complete(id, {{1, first}, {3, second}})), "400 InvalidPart");
  EXPECT_EQ(code(complete(id, {{1, second}})), "400 InvalidPart");
  EXPECT_EQ(code(complete(id, {{2, second}, {1, first}})), "400 InvalidPartOrder");
  EXPECT_EQ(code(complete(id, {{1, first}, {1, first}})), "400 InvalidPartOrder");
  EXPECT_EQ(code(complete(id, {})), "400 MalformedXML");
  EXPECT_EQ(code(complete(id, {{1, first}}, "/zarr/big", {{"x-amz-mp-object-size", "6"}})),
            "400 InvalidRequest");
  EXPECT_EQ(code(complete(std::string(24, 'x'), {{1, first}})), "404 NoSuchUpload");
  EXPECT_EQ(code(complete("..", {{1, first}})), "404 NoSuchUpload");
  EXPECT_EQ(code(complete(id, {{1, first}}, "/zarr/other")), "404 NoSuchUpload");
  EXPECT_EQ(code(put_part(id, 0, "x")), "400 InvalidArgument");
  EXPECT_EQ(code(put_part(id, 10'001, "x")), "400 InvalidArgument");
  // And after all that it still can be.
  EXPECT_EQ(complete(id, {{1, first}}).status, 200);
  EXPECT_EQ(whole(), "small");
}

TEST_F(S3Multipart, ACompletionThatIsAskedForAgainHasTheSameAnswer) {
  const std::string id = create();
  const std::string first = etag_of(put_part(id, 1, "1"));
  const Response done = complete(id, {{1, first}});
  const Response again = complete(id, {{1, first}});
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(inside(again.body, "ETag"), inside(done.body, "ETag"));
  put("big", "another");
  EXPECT_EQ(code(complete(id, {{1, first}})), "404 NoSuchUpload");
}

TEST_F(S3Multipart, ThatWasAbortedIsOver) {
  const std::string id = create();
  const std::string first = etag_of(put_part(id, 1, first_));
  EXPECT_EQ(ask({.method = "DELETE", .path = "/zarr/big", .query = "uploadId=" + id}).status, 204);
  EXPECT_EQ(code(ask({.path = "/zarr/big", .query = "uploadId=" + id})), "404 NoSuchUpload");
  EXPECT_EQ(code(put_part(id, 2, "late")), "404 NoSuchUpload");
  EXPECT_EQ(code(complete(id, {{1, first}})), "404 NoSuchUpload");
  EXPECT_EQ(code(ask({.method = "DELETE", .path = "/zarr/big", .query = "uploadId=" + id})),
            "404 NoSuchUpload");
  EXPECT_EQ(files_on_disk(), 0U);
}

TEST_F(S3Multipart, KeepsTheLimitOfTheGrantForTheWhole) {
  Grant grant = grant_of("zarr", "big", Grant::Access::kWrite);
  grant.max_bytes = kPart + 10;
  const Credentials by = store_->key().issue(grant);
  const std::string id = create();
  const auto part = [&](int number, const std::string& body) {
    return code(ask({.method = "PUT",
                     .path = "/zarr/big",
                     .query = "partNumber=" + std::to_string(number) + "&uploadId=" + id,
                     .body = body},
                    by));
  };
  EXPECT_EQ(part(1, first_), "200 ");
  EXPECT_EQ(part(2, std::string(11, 'x')), "400 EntityTooLarge");
  EXPECT_EQ(part(1, first_), "200 ");
  EXPECT_EQ(part(2, std::string(10, 'x')), "200 ");
  EXPECT_EQ(part(3, "x"), "400 EntityTooLarge");
}

// A client that gave up waiting sends again what the server is still receiving.
TEST_F(S3Multipart, CountsAPartOnceHoweverOftenItComes) {
  Grant grant = grant_of("zarr", "big", Grant::Access::kWrite);
  grant.max_bytes = kPart + 10;
  const Credentials by = store_->key().issue(grant);
  const std::string id = create();
  const auto part = [&](int number, const std::string& body) {
    return Ask{.method = "PUT",
               .path = "/zarr/big",
               .query = "partNumber=" + std::to_string(number) + "&uploadId=" + id,
               .body = body,
               .payload_hash = "UNSIGNED-PAYLOAD"};
  };
  net::testing::RawClient stuck(server_->port());
  const std::string whole = signed_bytes(part(1, first_), by);
  stuck.send(whole.substr(0, whole.size() - 1));
  EXPECT_TRUE(
      net::testing::TestServer::eventually([&] { return inode("/objects/.uploads/" + id + "/data") != 0; }));
  EXPECT_EQ(code(ask(part(1, first_), by)), "200 ");
  EXPECT_EQ(code(ask(part(2, std::string(11, 'x')), by)), "400 EntityTooLarge");
  EXPECT_EQ(code(ask(part(2, std::string(10, 'x')), by)), "200 ");
  EXPECT_EQ(code(ask(part(3, "x"), by)), "400 EntityTooLarge");
  stuck.send(whole.substr(whole.size() - 1));
  EXPECT_EQ(stuck.read_response().status, 200);
}

TEST_F(S3Multipart, IsBoundBySealsAndConditionsAndGoesOnAfterThem) {
  const std::string id = create();
  const std::string first = etag_of(put_part(id, 1, "1"));
  put("big", "there");
  EXPECT_EQ(code(complete(id, {{1, first}}, "/zarr/big", {{"If-None-Match", "*"}})),
            "412 PreconditionFailed");
  store_->hold("zarr", "big");
  EXPECT_EQ(code(complete(id, {{1, first}})), "403 AccessDenied");
  EXPECT_EQ(code(put_part(id, 2, "2")), "403 AccessDenied");
  EXPECT_EQ(code(ask({.method = "POST", .path = "/zarr/big", .query = "uploads"})), "403 AccessDenied");
  EXPECT_EQ(whole(), "there");
  store_->release("zarr", "big");
  EXPECT_EQ(complete(id, {{1, first}}).status, 200);
  EXPECT_EQ(whole(), "1");
}

TEST_F(S3Multipart, KeepsChecksumsOfPartsAndOfTheWhole) {
  for (const std::string type : {"COMPOSITE", "FULL_OBJECT"}) {
    const std::string id =
        create("/zarr/big", {{"x-amz-checksum-algorithm", "CRC32"}, {"x-amz-checksum-type", type}});
    const Response first = put_part(id, 1, first_);
    const Response last = put_part(id, 2, last_);
    EXPECT_NE(header(first, "x-amz-checksum-crc32"), "");
    Checksum all(ChecksumKind::kCrc32);
    all.update(first_ + last_);
    const std::string full = jose::base64_encode(all.finish());
    const std::vector<std::pair<int, std::string>> named{{1, etag_of(first)}, {2, etag_of(last)}};
    // Here the header is the object's checksum, not that of the list.
    EXPECT_EQ(code(complete(id, named, "/zarr/big", {{"x-amz-checksum-crc32", "AAAAAA=="}})),
              "400 BadDigest");
    const Response done = complete(id, named, "/zarr/big",
                                   type == "FULL_OBJECT" ? Fields{{"x-amz-checksum-crc32", full}} : Fields{});
    EXPECT_EQ(inside(done.body, "ChecksumType"), type);
    const Response head =
        ask({.method = "HEAD", .path = "/zarr/big", .headers = {{"x-amz-checksum-mode", "ENABLED"}}});
    EXPECT_EQ(header(head, "x-amz-checksum-crc32"), inside(done.body, "ChecksumCRC32"));
    EXPECT_EQ(header(head, "x-amz-checksum-crc32") == full, type == "FULL_OBJECT");
    EXPECT_EQ(header(head, "x-amz-checksum-crc32").ends_with("-2"), type == "COMPOSITE");
  }
  const std::string id = create("/zarr/big", {{"x-amz-checksum-algorithm", "SHA256"}});
  EXPECT_EQ(code(put_part(id, 1, "x", "/zarr/big", {{"x-amz-checksum-crc32", "jNxtdg=="}})),
            "400 InvalidRequest");
  const auto refused = [&](Fields headers) {
    return code(
        ask({.method = "POST", .path = "/zarr/big", .query = "uploads", .headers = std::move(headers)}));
  };
  EXPECT_EQ(refused({{"x-amz-checksum-algorithm", "SHA1"}, {"x-amz-checksum-type", "FULL_OBJECT"}}),
            "400 InvalidRequest");
  EXPECT_EQ(refused({{"x-amz-checksum-algorithm", "CRC64NVME"}, {"x-amz-checksum-type", "COMPOSITE"}}),
            "400 InvalidRequest");
  EXPECT_EQ(refused({{"x-amz-checksum-algorithm", "MD4"}}), "400 InvalidRequest");
}

TEST_F(S3Multipart, CanBeListedPageByPage) {
  const std::string id = create();
  for (int number = 1; number <= 5; ++number) put_part(id, number, std::to_string(number));
  const auto page = [&](const std::string& query) { return ask({.path = "/zarr/big", .query = query}).body; };
  const std::string first = page("uploadId=" + id + "&max-parts=2");
  EXPECT_THAT(all_inside(first, "PartNumber"), ElementsAre("1", "2"));
  EXPECT_EQ(inside(first, "IsTruncated"), "true");
  const std::string rest =
      page("uploadId=" + id + "&part-number-marker=" + inside(first, "NextPartNumberMarker"));
  EXPECT_THAT(all_inside(rest, "PartNumber"), ElementsAre("3", "4", "5"));
  EXPECT_EQ(inside(rest, "IsTruncated"), "false");

  create("/zarr/a/1");
  create("/zarr/a/2");
  create("/zarr/a/2");
  create("/media/a");
  std::vector<std::string> keys;
  std::string marker;
  for (bool is_more = true; is_more;) {
    const std::string uploads = ask({.path = "/zarr", .query = "uploads&max-uploads=1" + marker}).body;
    for (const std::string& key : all_inside(uploads, "Key")) keys.push_back(key);
    is_more = inside(uploads, "IsTruncated") == "true";
    marker = "&key-marker=" + net::percent_encode(inside(uploads, "NextKeyMarker")) +
             "&upload-id-marker=" + inside(uploads, "NextUploadIdMarker");
  }
  EXPECT_THAT(keys, ElementsAre("a/1", "a/2", "a/2", "big"));
  const std::string groups = ask({.path = "/zarr", .query = "uploads&delimiter=%2F"}).body;
  EXPECT_THAT(all_inside(groups, "Key"), ElementsAre("big"));
  EXPECT_THAT(all_inside(groups, "CommonPrefixes"), ElementsAre("<Prefix>a/</Prefix>"));
  for (const char* query : {"uploads", "uploads&prefix=a"})
    EXPECT_EQ(code(ask({.path = "/zarr", .query = query}, writer("zarr", "a"))), "403 AccessDenied") << query;
  EXPECT_EQ(code(ask({.path = "/zarr", .query = "uploads"}, reader("zarr"))), "403 AccessDenied");
  EXPECT_THAT(all_inside(ask({.path = "/zarr", .query = "uploads&prefix=a"}).body, "Key"),
              ElementsAre("a/1", "a/2", "a/2"));
}

}  // namespace
}  // namespace objects
