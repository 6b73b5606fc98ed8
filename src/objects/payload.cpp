#include "objects/payload.h"

#include <algorithm>

#include "base/text.h"
#include "objects/base64.h"
#include "objects/hmac.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

constexpr std::size_t kMd5Size = 16;

bool is_sha256(std::string_view text) {
  constexpr std::size_t kDigits = 64;
  return text.size() == kDigits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

[[noreturn]] void too_large(std::uint64_t max_bytes) {
  throw S3Error(400, "EntityTooLarge", "The body is longer than the {} bytes that are permitted here.",
                max_bytes);
}

}  // namespace

Payload::Payload(const S3Request& request, const Signature& signature, std::string_view chunk_key,
                 const Wants& wants)
    : max_bytes_(wants.max_bytes), chunked_(AwsChunked::for_request(signature, chunk_key)) {
  begin_hash(signature.payload_hash);
  begin_md5(request.http.headers.get("Content-MD5"), wants.md5);
  if (wants.has_own_checksum) claim_ = claimed_checksum(request.http.headers);
  if (claim_ && claim_->value.empty() && !chunked_) {
    throw S3Error(400, "InvalidRequest", "A checksum can follow a body only if that is aws-chunked.");
  }
  if (claim_) begin_checksum(claim_->kind);
  declared_ = read_number(request.header(chunked_ ? "x-amz-decoded-content-length" : "Content-Length"));
  if (chunked_ && !declared_) {
    throw S3Error(411, "MissingContentLength", "The header x-amz-decoded-content-length is missing.");
  }
  if (declared_ && *declared_ > max_bytes_) too_large(max_bytes_);
}

void Payload::begin_hash(std::string_view payload_hash) {
  if (is_sha256(payload_hash)) {
    expected_sha256_ = base::fold_case(payload_hash);
    sha256_.emplace(Digest::Kind::kSha256);
  } else if (!chunked_ && payload_hash != kUnsignedPayload) {
    throw S3Error(400, "InvalidArgument",
                  "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, the SHA-256 of the body in hex, or how the "
                  "body is in pieces.");
  }
}

void Payload::begin_md5(const std::optional<std::string_view>& claimed, bool is_wanted) {
  if (claimed) {
    const auto md5 = base64_decode(*claimed);
    if (!md5 || md5->size() != kMd5Size)
      throw S3Error(400, "InvalidDigest", "Content-MD5 is not an MD5 in base64.");
    expected_md5_ = *md5;
  }
  if (is_wanted || !expected_md5_.empty()) md5_.emplace(Digest::Kind::kMd5);
}

void Payload::begin_checksum(ChecksumKind kind) {
  kind_ = kind;
  // One SHA-256 does for both.
  const bool is_computed = kind == ChecksumKind::kSha256 && sha256_.has_value();
  if (!is_computed) checksum_.emplace(kind);
}

void Payload::want(ChecksumKind kind) {
  if (kind_ == kind) return;
  if (kind_) {
    throw S3Error(400, "InvalidRequest", "The checksum must be a {}, as was said when the upload began.",
                  name_of(kind));
  }
  begin_checksum(kind);
}

void Payload::take(std::string_view bytes, const Pass& pass) {
  if (!chunked_) {
    count(bytes, pass);
    return;
  }
  chunked_->take(bytes, [&](std::string_view data) { count(data, pass); });
}

void Payload::count(std::string_view bytes, const Pass& pass) {
  if (bytes.size() > max_bytes_ - size_) too_large(max_bytes_);
  size_ += bytes.size();
  if (md5_) md5_->update(bytes);
  if (sha256_) sha256_->update(bytes);
  if (checksum_) checksum_->update(bytes);
  pass(bytes);
}

void Payload::finish() {
  if (chunked_) chunked_->finish();
  if (declared_ && size_ != *declared_)
    throw S3Error(400, "IncompleteBody", "The body has {} bytes instead of {}.", size_, *declared_);
  if (sha256_) sha256_result_ = sha256_->finish();
  if (sha256_ && hex(sha256_result_) != expected_sha256_) {
    throw S3Error(400, "XAmzContentSHA256Mismatch",
                  "The body is not the one whose SHA-256 x-amz-content-sha256 gives.");
  }
  if (md5_) md5_result_ = md5_->finish();
  if (!expected_md5_.empty() && md5_result_ != expected_md5_)
    throw S3Error(400, "BadDigest", "The body is not the one whose MD5 Content-MD5 gives.");
  if (kind_) finish_checksum();
}

void Payload::finish_checksum() {
  found_ = Found{*kind_, checksum_ ? checksum_->finish() : sha256_result_};
  if (!claim_) return;
  std::string claimed = claim_->value;
  if (claimed.empty()) {
    const auto& trailer = chunked_->trailer();
    const auto given =
        std::ranges::find(trailer, header_of(*kind_), &std::pair<std::string, std::string>::first);
    if (given == trailer.end())
      throw S3Error(400, "MalformedTrailerError", "The checksum that x-amz-trailer announces did not come.");
    claimed = read_checksum(*kind_, given->second);
  }
  if (claimed != found_->value)
    throw S3Error(400, "BadDigest", "The body is not the one whose {} is given.", name_of(*kind_));
}

}  // namespace objects
