// A request's body as it arrives: taken out of its wrapping, counted, and checked against what its sender
// says it is.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "objects/aws_chunked.h"
#include "objects/checksum.h"
#include "objects/digest.h"
#include "objects/s3_caller.h"
#include "objects/s3_request.h"

namespace objects {

/// For one thread at a time.
class Payload {
 public:
  using Pass = std::function<void(std::string_view)>;
  struct Wants {
    std::uint64_t max_bytes = 0;
    bool md5 = false;              ///< for an ETag
    bool has_own_checksum = true;  ///< checksum headers are the body's, not those of what it describes
  };

  /// Throws S3Error: EntityTooLarge if it is declared longer than `max_bytes`; for headers that cannot be
  /// read.
  Payload(const S3Request& request, const Signature& signature, std::string_view chunk_key,
          const Wants& wants);

  /// Before the first `take`: computed even if the sender says none. Throws S3Error(InvalidRequest) if the
  /// sender says one of another kind.
  void want(ChecksumKind kind);

  /// Hands the body's own bytes to `pass`. Throws S3Error: EntityTooLarge, SignatureDoesNotMatch.
  void take(std::string_view bytes, const Pass& pass);
  /// Nothing more comes. Throws S3Error: IncompleteBody, XAmzContentSHA256Mismatch, BadDigest.
  void finish();

  std::uint64_t size() const { return size_; }
  /// Of what is declared; nothing if it is not.
  std::optional<std::uint64_t> declared_size() const { return declared_; }
  // Raw bytes, after `finish`.
  const std::string& md5() const { return md5_result_; }
  struct Found {
    ChecksumKind kind{};
    std::string value;
  };
  /// What was claimed and found true, or what was wanted.
  const std::optional<Found>& checksum() const { return found_; }

 private:
  void begin_hash(std::string_view payload_hash);
  void begin_md5(const std::optional<std::string_view>& claimed, bool is_wanted);
  void begin_checksum(ChecksumKind kind);
  void count(std::string_view bytes, const Pass& pass);
  void finish_checksum();

  const std::uint64_t max_bytes_;
  std::optional<AwsChunked> chunked_;
  std::optional<std::uint64_t> declared_;
  std::uint64_t size_ = 0;
  std::string expected_md5_;     ///< raw; empty: none
  std::string expected_sha256_;  ///< hex; empty: none
  std::optional<ChecksumClaim> claim_;
  std::optional<ChecksumKind> kind_;  ///< claimed or wanted
  std::optional<Digest> md5_;
  std::optional<Digest> sha256_;
  std::optional<Checksum> checksum_;  ///< none where `sha256_` does for both
  std::string md5_result_;
  std::string sha256_result_;
  std::optional<Found> found_;
};

}  // namespace objects
