// Bodies in signed pieces, and with checksums behind them. Source: AWS, "Signature Calculations for the
// Authorization Header: Transferring Payload in Multiple Chunks" in the Amazon S3 API reference.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "objects/digest.h"
#include "objects/sigv4.h"

namespace objects {

inline constexpr std::string_view kSignedChunks = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
inline constexpr std::string_view kSignedChunksAndTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
inline constexpr std::string_view kUnsignedChunksAndTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// Takes such a body apart as it arrives. A piece's bytes are passed on before its signature is known to be
/// good: nothing may come of them until `finish` returned. For one thread at a time.
class AwsChunked {
 public:
  using Pass = std::function<void(std::string_view)>;

  /// By the request's `x-amz-content-sha256`; nothing if that is another word.
  static std::optional<AwsChunked> for_request(const Signature& signature, std::string_view chunk_key);

  /// Throws S3Error: SignatureDoesNotMatch, InvalidChunkSizeError, IncompleteBody, MalformedTrailerError.
  void take(std::string_view bytes, const Pass& pass);
  /// Throws S3Error(IncompleteBody) if the last piece has not come.
  void finish() const;

  /// What followed the body, names in lower case; after `finish`.
  const std::vector<std::pair<std::string, std::string>>& trailer() const { return trailer_; }

 private:
  enum class State { kSizeLine, kData, kDataEnd, kTrailer, kDone };

  AwsChunked(Signature signature, std::string chunk_key, bool is_signed, bool has_trailer);
  std::optional<std::string> take_line(std::string_view& bytes, std::size_t limit);
  void read_size_line(std::string_view line);
  void end_data(std::string_view rest);
  void read_trailer_line(std::string_view line);
  void check_chunk();
  void check_trailer();

  Signature signature_;
  std::string chunk_key_;
  bool is_signed_;
  bool has_trailer_;
  State state_ = State::kSizeLine;
  std::string line_;
  std::uint64_t left_ = 0;       ///< bytes of this piece still to come
  bool is_last_ = false;         ///< this piece is the empty one at the end
  std::string before_;           ///< the signature of what came before
  std::string chunk_signature_;  ///< what this piece's must be
  std::optional<Digest> chunk_digest_;
  std::vector<std::pair<std::string, std::string>> trailer_;
  std::string trailer_text_;  ///< as it is signed
  std::string trailer_signature_;
};

}  // namespace objects
