// Copies on the server.
#include "objects/s3_fixture.h"

namespace objects {
namespace {

class S3Copies : public S3Test {
 protected:
  S3Copies() {
    upload("from a/\xc3\xbc", "bytes",
           {{"Content-Type", "text/plain"}, {"x-amz-meta-a", "1"}, {"x-amz-checksum-crc32", "sZlDzg=="}});
  }
  Response copy(Fields headers, const std::string& path = "/zarr/to") {
    headers.emplace_back("x-amz-copy-source", "/zarr/from%20a/%C3%BC");
    return ask({.method = "PUT", .path = path, .headers = std::move(headers)});
  }
};

TEST_F(S3Copies, KeepWhatBelongsToAnObjectOrGiveItAnother) {
  const Response copied = copy({});
  EXPECT_EQ(copied.status, 200) << copied.body;
  EXPECT_EQ(inside(copied.body, "ETag"),
            "&quot;" + std::string("4b3a6218bb3e3a7303e8a171a60fcf92") + "&quot;");
  Response there = download("to", {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(there.body, "bytes");
  EXPECT_EQ(header(there, "Content-Type"), "text/plain");
  EXPECT_EQ(header(there, "x-amz-meta-a"), "1");
  copy({{"x-amz-metadata-directive", "REPLACE"}, {"x-amz-meta-b", "2"}});
  there = download("to");
  EXPECT_EQ(header(there, "x-amz-meta-a"), "");
  EXPECT_EQ(header(there, "x-amz-meta-b"), "2");
  EXPECT_EQ(header(there, "Content-Type"), "application/octet-stream");
  EXPECT_EQ(code(copy({{"x-amz-metadata-directive", "x"}})), "400 InvalidArgument");
  copy({{"x-amz-checksum-algorithm", "CRC32C"}});
  there = download("to", {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_NE(header(there, "x-amz-checksum-crc32c"), "");
  EXPECT_EQ(header(there, "x-amz-checksum-crc32"), "");
}

TEST_F(S3Copies, OntoThemselvesChangeSomethingOrAreRefused) {
  EXPECT_EQ(code(copy({}, "/zarr/from a/\xc3\xbc")), "400 InvalidRequest");
  EXPECT_EQ(copy({{"x-amz-metadata-directive", "REPLACE"}}, "/zarr/from a/\xc3\xbc").status, 200);
  EXPECT_EQ(get("from a/\xc3\xbc"), "bytes");
}

TEST_F(S3Copies, AreMadeOnCondition) {
  const std::string etag = "\"4b3a6218bb3e3a7303e8a171a60fcf92\"";
  EXPECT_EQ(code(copy({{"x-amz-copy-source-if-match", "\"x\""}})), "412 PreconditionFailed");
  EXPECT_EQ(code(copy({{"x-amz-copy-source-if-none-match", etag}})), "412 PreconditionFailed");
  EXPECT_EQ(code(copy({{"x-amz-copy-source-if-unmodified-since", "Sun, 06 Nov 1994 08:49:37 GMT"}})),
            "412 PreconditionFailed");
  EXPECT_EQ(copy({{"x-amz-copy-source-if-match", etag}}).status, 200);
  EXPECT_EQ(code(copy({{"If-None-Match", "*"}})), "412 PreconditionFailed");
}

TEST_F(S3Copies, NeedPermissionForBothEnds) {
  put("mine/a", "mine");
  put("other/a", "other");
  const Credentials by = writer("zarr", "mine");
  const auto try_copy = [&](const std::string& from, const std::string& to) {
    return code(ask({.method = "PUT", .path = to, .headers = {{"x-amz-copy-source", from}}}, by));
  };
  EXPECT_EQ(try_copy("zarr/mine/a", "/zarr/mine/b"), "200 ");
  EXPECT_EQ(try_copy("zarr/other/a", "/zarr/mine/b"), "403 AccessDenied");
  EXPECT_EQ(try_copy("zarr/other/none", "/zarr/mine/b"), "403 AccessDenied");
  EXPECT_EQ(try_copy("zarr/mine/none", "/zarr/mine/b"), "404 NoSuchKey");
  EXPECT_EQ(try_copy("zarr/mine/a", "/zarr/other/a"), "403 AccessDenied");
  EXPECT_EQ(try_copy("zarr/mine/../other/a", "/zarr/mine/b"), "400 InvalidArgument");
  EXPECT_EQ(try_copy("zarr/mine/%2e%2e/other/a", "/zarr/mine/b"), "400 InvalidArgument");
  EXPECT_EQ(try_copy("zarr", "/zarr/mine/b"), "400 InvalidArgument");
  EXPECT_EQ(try_copy("zarr/mine/%zz", "/zarr/mine/b"), "400 InvalidArgument");
  EXPECT_EQ(try_copy("zarr/mine/a?versionId=3", "/zarr/mine/b"), "404 NoSuchVersion");
  store_->hold("zarr", "mine");
  EXPECT_EQ(try_copy("zarr/mine/a", "/zarr/mine/c"), "403 AccessDenied");
  EXPECT_EQ(get("mine/b"), "mine");
  EXPECT_EQ(get("mine/c"), "nothing");
}

TEST_F(S3Copies, OfRangesArePartsOfAnUpload) {
  const Response created = ask({.method = "POST", .path = "/zarr/to", .query = "uploads"});
  const std::string id = inside(created.body, "UploadId");
  const auto part = [&](const std::string& range) {
    return ask(
        {.method = "PUT",
         .path = "/zarr/to",
         .query = "partNumber=1&uploadId=" + id,
         .headers = {{"x-amz-copy-source", "zarr/from%20a/%C3%BC"}, {"x-amz-copy-source-range", range}}});
  };
  for (const char* range : {"bytes=9-", "bytes=1-", "bytes=-2", "bytes=0-5", "bytes=3-1", "nonsense"})
    EXPECT_EQ(code(part(range)), "400 InvalidArgument") << range;
  std::string etag = inside(part("bytes=1-3").body, "ETag");
  const Response done = ask({.method = "POST",
                             .path = "/zarr/to",
                             .query = "uploadId=" + id,
                             .body = "<CompleteMultipartUpload><Part><ETag>" + etag +
                                     "</ETag><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>"});
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(get("to"), "yte");
  // An object of parts has another ETag as a whole.
  const Response whole =
      ask({.method = "PUT", .path = "/zarr/again", .headers = {{"x-amz-copy-source", "zarr/to"}}});
  EXPECT_EQ(inside(whole.body, "ETag").find('-'), std::string::npos);
  EXPECT_EQ(get("again"), "yte");
}

}  // namespace
}  // namespace objects
