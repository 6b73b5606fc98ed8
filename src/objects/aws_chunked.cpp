#include "objects/aws_chunked.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/random.h"
#include "base/text.h"
#include "jose/jose.h"
#include "objects/hmac.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

constexpr std::size_t kLongestLine = 1024;
constexpr std::size_t kLongestTrailer = 16 * 1024;
constexpr std::string_view kSignatureField = "chunk-signature=";
constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";
constexpr int kHexadecimal = 16;

[[noreturn]] void malformed() {
  throw S3Error(400, "InvalidChunkSizeError", "The body is not in pieces as its headers say.");
}

[[noreturn]] void incomplete() {
  throw S3Error(400, "IncompleteBody", "The body ended before its last piece.");
}

void compare(std::string_view signature, std::string_view expected) {
  if (!base::equal_in_constant_time(signature, expected))
    throw S3Error(403, "SignatureDoesNotMatch", "A piece of the body is not the one that was signed.");
}

}  // namespace

std::optional<AwsChunked> AwsChunked::for_request(const Signature& signature, std::string_view chunk_key) {
  const std::string_view how = signature.payload_hash;
  const bool is_signed = how == kSignedChunks || how == kSignedChunksAndTrailer;
  if (!is_signed && how != kUnsignedChunksAndTrailer) return std::nullopt;
  return AwsChunked(signature, std::string(chunk_key), is_signed, how != kSignedChunks);
}

AwsChunked::AwsChunked(Signature signature, std::string chunk_key, bool is_signed, bool has_trailer)
    : signature_(std::move(signature)),
      chunk_key_(std::move(chunk_key)),
      is_signed_(is_signed),
      has_trailer_(has_trailer),
      before_(signature_.signature) {}

void AwsChunked::take(std::string_view bytes, const Pass& pass) {
  while (!bytes.empty()) {
    switch (state_) {
      case State::kSizeLine:
        if (const auto line = take_line(bytes, kLongestLine)) read_size_line(*line);
        break;
      case State::kData: {
        const std::string_view data = bytes.substr(0, left_);
        if (chunk_digest_) chunk_digest_->update(data);
        pass(data);
        left_ -= data.size();
        bytes.remove_prefix(data.size());
        if (left_ == 0) state_ = State::kDataEnd;
        break;
      }
      case State::kDataEnd:
        if (const auto line = take_line(bytes, 0)) end_data(*line);
        break;
      case State::kTrailer:
        if (const auto line = take_line(bytes, kLongestTrailer)) read_trailer_line(*line);
        break;
      case State::kDone:
        malformed();
    }
  }
}

/// A whole line without its end; nothing while that has not come.
std::optional<std::string> AwsChunked::take_line(std::string_view& bytes, std::size_t limit) {
  const std::size_t end = bytes.find('\n');
  const std::string_view part = bytes.substr(0, end);
  if (line_.size() + part.size() > limit + 1) malformed();
  line_ += part;
  bytes.remove_prefix(std::min(part.size() + 1, bytes.size()));
  if (end == std::string_view::npos) return std::nullopt;
  if (line_.ends_with('\r')) line_.pop_back();
  return std::exchange(line_, {});
}

void AwsChunked::read_size_line(std::string_view line) {
  const std::size_t semicolon = std::min(line.find(';'), line.size());
  const std::string_view size = base::trim(line.substr(0, semicolon));
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), left_, kHexadecimal);
  if (error != std::errc() || end != size.data() + size.size()) malformed();
  line.remove_prefix(std::min(semicolon + 1, line.size()));
  if (is_signed_) {
    if (!line.starts_with(kSignatureField)) malformed();
    chunk_signature_ = line.substr(kSignatureField.size());
    chunk_digest_.emplace(Digest::Kind::kSha256);
  }
  is_last_ = left_ == 0;
  if (!is_last_) {
    state_ = State::kData;
  } else if (has_trailer_) {
    check_chunk();
    state_ = State::kTrailer;
  } else {
    state_ = State::kDataEnd;
  }
}

void AwsChunked::end_data(std::string_view rest) {
  if (!rest.empty()) malformed();
  check_chunk();
  state_ = is_last_ ? State::kDone : State::kSizeLine;
}

void AwsChunked::check_chunk() {
  if (!is_signed_) return;
  static const std::string kEmptyHash = jose::sha256_hex("");
  const std::string text = fmt::format("{}\n{}\n{}", before_, kEmptyHash, hex(chunk_digest_->finish()));
  before_ = sign(chunk_key_, signature_, text, Signs::kChunk);
  compare(chunk_signature_, before_);
}

void AwsChunked::read_trailer_line(std::string_view line) {
  line = base::trim(line);
  if (line.empty()) {
    // Some clients end their checksum with a line break of its own and say the signature after that.
    if (is_signed_ && !trailer_.empty() && trailer_signature_.empty()) return;
    check_trailer();
    state_ = State::kDone;
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || trailer_text_.size() + line.size() > kLongestTrailer) {
    throw S3Error(400, "MalformedTrailerError", "What follows the body cannot be read.");
  }
  const std::string name = base::fold_case(base::trim(line.substr(0, colon)));
  const std::string value(base::trim(line.substr(colon + 1)));
  if (name == kTrailerSignature) {
    trailer_signature_ = value;
    return;
  }
  trailer_text_ += name + ":" + value + "\n";
  trailer_.emplace_back(name, value);
}

void AwsChunked::check_trailer() {
  if (!is_signed_ || trailer_.empty()) return;
  compare(trailer_signature_,
          sign(chunk_key_, signature_, fmt::format("{}\n{}", before_, jose::sha256_hex(trailer_text_)),
               Signs::kTrailer));
}

void AwsChunked::finish() const {
  if (state_ != State::kDone) incomplete();
}

}  // namespace objects
