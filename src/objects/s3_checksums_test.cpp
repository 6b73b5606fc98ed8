// Bodies with checksums, and in pieces, over HTTP.
#include <fmt/format.h>

#include "objects/aws_chunked.h"
#include "objects/s3_fixture.h"

namespace objects {
namespace {

class S3Checksums : public S3Test {
 protected:
  /// Unsigned pieces with a trailer, as boto3 sends them over TLS and others always.
  Response put_trailed(const std::string& body, const std::string& trailer, const std::string& size = "5") {
    return ask({.method = "PUT",
                .path = "/zarr/a",
                .body = body,
                .headers = {{"Content-Encoding", "aws-chunked"},
                            {"x-amz-decoded-content-length", size},
                            {"x-amz-trailer", trailer}},
                .payload_hash = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"});
  }
};

TEST_F(S3Checksums, AreProvenKeptAndTold) {
  for (const auto& [name, good] :
       {std::pair("crc32", std::string("sZlDzg==")), std::pair("crc32c", std::string("0G6ckg==")),
        std::pair("crc64nvme", std::string("JphbblFKTCQ=")),
        std::pair("sha1", std::string("2vUppzEBwr5ia5n8aTgWPnonYgs=")),
        std::pair("sha256", std::string("J3CJ2RwL308uaGK6fkoHYFEZQx9dE/cm3TUrBvGyBqk="))}) {
    const std::string field = std::string("x-amz-checksum-") + name;
    const Response written = upload("a", "bytes", {{field, good}});
    EXPECT_EQ(header(written, field), good) << written.body;
    EXPECT_EQ(header(download("a"), field), "");
    EXPECT_EQ(header(download("a", {{"x-amz-checksum-mode", "ENABLED"}}), field), good);
    EXPECT_EQ(header(download("a", {{"x-amz-checksum-mode", "ENABLED"}, {"Range", "bytes=0-1"}}), field), "");
    EXPECT_EQ(code(upload("a", "other", {{field, good}})), "400 BadDigest");
    EXPECT_EQ(code(upload("a", "bytes", {{field, ""}})), "400 InvalidRequest");
    EXPECT_EQ(code(upload("a", "bytes", {{field, "AAAA"}})), "400 InvalidRequest");
    EXPECT_EQ(get("a"), "bytes");
  }
  EXPECT_EQ(
      code(upload("a", "x", {{"x-amz-checksum-crc32", "sZlDzg=="}, {"x-amz-checksum-crc32c", "sZlDzg=="}})),
      "400 InvalidRequest");
}

TEST_F(S3Checksums, MayFollowTheBody) {
  const std::string good = "sZlDzg==";
  const std::string body = "2\r\nby\r\n3\r\ntes\r\n0\r\nx-amz-checksum-crc32:" + good + "\r\n\r\n";
  EXPECT_EQ(header(put_trailed(body, "x-amz-checksum-crc32"), "x-amz-checksum-crc32"), good);
  EXPECT_EQ(get("a"), "bytes");
  EXPECT_EQ(header(download("a"), "content-encoding"), "");
  store_->remove("zarr", "a");
  std::string changed = body;
  changed[3] = 'B';
  EXPECT_EQ(code(put_trailed(changed, "x-amz-checksum-crc32")), "400 BadDigest");
  EXPECT_EQ(code(put_trailed(body, "x-amz-checksum-crc32", "6")), "400 IncompleteBody");
  EXPECT_EQ(code(put_trailed(body, "x-amz-checksum-crc32", "x")), "411 MissingContentLength");
  EXPECT_EQ(code(put_trailed(body, "x-amz-checksum-sha1")), "400 MalformedTrailerError");
  EXPECT_EQ(code(put_trailed(body, "x-amz-meta-late")), "400 InvalidRequest");
  EXPECT_EQ(code(put_trailed("5\r\nbytes\r\n0\r\n\r\n", "x-amz-checksum-crc32")),
            "400 MalformedTrailerError");
  EXPECT_EQ(code(put_trailed("5\r\nbytes\r\n", "x-amz-checksum-crc32")), "400 IncompleteBody");
  EXPECT_EQ(files_on_disk(), 0U);
}

TEST_F(S3Checksums, PiecesAreSignedOneByOne) {
  const Credentials by = writer();
  net::HttpRequest request =
      request_of({.method = "PUT", .path = "/zarr/a", .headers = {{"x-amz-decoded-content-length", "5"}}});
  sign_header(request, by, std::string(kSignedChunks), base::now_micros());
  const Signature signature = *read_signature(request);
  const std::string key = signing_key(by.secret_key, signature);
  std::string before = signature.signature;
  std::string body;
  for (const std::string piece : {"by", "tes", ""}) {
    before = sign(key, signature, before + "\n" + jose::sha256_hex("") + "\n" + jose::sha256_hex(piece),
                  Signs::kChunk);
    body += fmt::format("{:x};chunk-signature={}\r\n{}\r\n", piece.size(), before, piece);
  }
  std::string changed = body;
  changed[body.find("tes")] = 'T';
  EXPECT_EQ(code(raw(head_of(request, changed.size()) + changed)), "403 SignatureDoesNotMatch");
  EXPECT_EQ(get("a"), "nothing");
  EXPECT_EQ(raw(head_of(request, body.size()) + body).status, 200);
  EXPECT_EQ(get("a"), "bytes");
}

}  // namespace
}  // namespace objects
