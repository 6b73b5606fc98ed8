#include "objects/aws_chunked.h"

#include <gtest/gtest.h>

#include <random>

#include "objects/s3_error.h"

namespace objects {
namespace {

constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

// The examples of Amazon's reference: 65 KiB of the letter a, in pieces of 64 KiB.
Signature documented(std::string_view payload_hash, std::string_view seed) {
  Signature signature;
  signature.date = "20130524";
  signature.region = "us-east-1";
  signature.service = "s3";
  signature.signed_at_text = "20130524T000000Z";
  signature.payload_hash = payload_hash;
  signature.signature = seed;
  return signature;
}

std::string chunk(std::size_t size, std::string_view signature) {
  return fmt::format("{:x};chunk-signature={}\r\n{}{}", size, signature, std::string(size, 'a'),
                     size > 0 ? "\r\n" : "");
}

std::string signed_body() {
  return chunk(65'536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648") +
         chunk(1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497") +
         chunk(0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9") + "\r\n";
}

std::string trailed_body() {
  return chunk(65'536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2") +
         chunk(1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7") +
         chunk(0, "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992") +
         "x-amz-checksum-crc32c:sOO8/Q==\r\n"
         "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";
}

const Signature kSigned =
    documented(kSignedChunks, "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
const Signature kTrailed =
    documented(kSignedChunksAndTrailer, "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
const Signature kUnsigned = documented(kUnsignedChunksAndTrailer, "");

/// What comes out, or the code of what is thrown; in pieces of `step` bytes.
std::string read(const Signature& signature, std::string_view body, std::size_t step = 1 << 20U) {
  auto chunked = AwsChunked::for_request(signature, signing_key(kSecret, signature));
  std::string out;
  try {
    for (std::size_t at = 0; at < body.size(); at += step)
      chunked->take(body.substr(at, step), [&](std::string_view bytes) { out += bytes; });
    chunked->finish();
  } catch (const S3Error& error) {
    return error.code();
  }
  for (const auto& [name, value] : chunked->trailer()) out += "|" + name + "=" + value;
  return out;
}

/// `3 a|b` for `aaa|b`: what people can read if it fails.
std::string shortened(std::string_view text) {
  const std::size_t letters = std::min(text.find_first_not_of('a'), text.size());
  return fmt::format("{} a{}", letters, text.substr(letters));
}

TEST(AwsChunked, ReadsTheDocumentedExamplesInPiecesOfAnySize) {
  for (const std::size_t step : {1, 7, 4096, 1 << 20}) {
    EXPECT_EQ(shortened(read(kSigned, signed_body(), step)), "66560 a") << step;
    EXPECT_EQ(shortened(read(kTrailed, trailed_body(), step)), "66560 a|x-amz-checksum-crc32c=sOO8/Q==")
        << step;
  }
  EXPECT_EQ(read(kUnsigned, "3\r\nabc\r\n0\r\nx-amz-checksum-crc32:a\r\n\r\n"), "abc|x-amz-checksum-crc32=a");
  EXPECT_EQ(read(kUnsigned, "0\r\n\r\n"), "");
}

TEST(AwsChunked, RefusesPiecesThatWereChanged) {
  std::string body = signed_body();
  body[1000] = 'b';
  EXPECT_EQ(read(kSigned, body), "SignatureDoesNotMatch");
  body = signed_body();
  body[body.size() - 5] = '0';
  EXPECT_EQ(read(kSigned, body), "SignatureDoesNotMatch");
  body = trailed_body();
  body.replace(body.find("sOO8"), 4, "sOO9");
  EXPECT_EQ(read(kTrailed, body), "SignatureDoesNotMatch");
  // Pieces left out, or in another order.
  EXPECT_EQ(read(kSigned, signed_body().substr(65'536 + 2 + 88)), "SignatureDoesNotMatch");
  // A trailer that lost its signature is never complete.
  body = trailed_body();
  body = body.substr(0, body.find("x-amz-trailer")) + "\r\n";
  EXPECT_EQ(read(kTrailed, body), "IncompleteBody");
}

TEST(AwsChunked, RefusesBodiesThatEndTooSoonOrTooLate) {
  for (std::size_t left = 1; left < 120; ++left) {
    const std::string body = signed_body();
    EXPECT_EQ(read(kSigned, std::string_view(body).substr(0, body.size() - left)), "IncompleteBody") << left;
  }
  EXPECT_EQ(read(kSigned, signed_body() + "x"), "InvalidChunkSizeError");
  EXPECT_EQ(read(kSigned, ""), "IncompleteBody");
}

TEST(AwsChunked, RefusesWhatIsNotInPieces) {
  for (const char* body :
       {"x\r\n", "-1\r\n", "3\r\nabcd\r\n", "3\r\nabc0\r\n", ";\r\n", "fffffffffffffffff\r\n", "\r\n"}) {
    EXPECT_EQ(read(kUnsigned, body), "InvalidChunkSizeError") << body;
  }
  EXPECT_EQ(read(kUnsigned, std::string(5000, '0')), "InvalidChunkSizeError");
  EXPECT_EQ(read(kUnsigned, "0\r\nno colon\r\n\r\n"), "MalformedTrailerError");
  EXPECT_EQ(read(kSigned, "3\r\nabc\r\n"), "InvalidChunkSizeError");
}

}  // namespace
}  // namespace objects
