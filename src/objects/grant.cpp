#include "objects/grant.h"

#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "jose/jose.h"
#include "objects/hmac.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

constexpr std::size_t kShortestSecret = 32;
constexpr std::size_t kLongestKey = 1024;
constexpr std::size_t kLongestBucket = 63;
constexpr std::size_t kLongestToken = 4096;
constexpr std::size_t kIdBytes = 10;
constexpr char kVersion = 1;
// Capitals: nothing below the key. Tokens from before there were any hold what they held.
constexpr char kReads = 'r';
constexpr char kWrites = 'w';
constexpr char kReadsOne = 'R';
constexpr char kWritesOne = 'W';
constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

/// Letters and digits only, as access keys have them (RFC 4648's alphabet, five bits a character).
std::string base32(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  constexpr unsigned int kDigit = 5;
  std::string out;
  unsigned int bits = 0;
  unsigned int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8U | static_cast<unsigned char>(c)) & 0xfffU;
    for (count += 8; count >= kDigit; count -= kDigit) out += kAlphabet[bits >> (count - kDigit) & 0x1fU];
  }
  return out;
}

std::string access_key_of(std::string_view bytes) { return "AK" + base32(bytes.substr(0, kIdBytes)); }

void append_number(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xffU);
}

void append_text(std::string& out, std::string_view text) {
  append_number(out, text.size(), 2);
  out += text;
}

[[noreturn]] void not_ours() {
  throw S3Error(403, "InvalidToken", "The session token was not issued here. Ask for new credentials.");
}

/// What `payload_of` wrote. Authentic when it is read, but perhaps of another version.
class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    for (const char c : take(bytes)) value = value << 8U | static_cast<unsigned char>(c);
    return value;
  }
  std::string text() { return std::string(take(number(2))); }
  void finish() const {
    if (!rest_.empty()) not_ours();
  }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) not_ours();
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::string_view rest_;
};

char access_in_token(const Grant& grant) {
  if (grant.access == Grant::Access::kWrite) return grant.is_one_object ? kWritesOne : kWrites;
  return grant.is_one_object ? kReadsOne : kReads;
}

std::string payload_of(std::string_view access_key, const Grant& grant) {
  std::string out;
  out += kVersion;
  out += access_in_token(grant);
  append_number(out, static_cast<std::uint64_t>(grant.expires_at), 8);
  append_number(out, grant.max_bytes.value_or(kNoLimit), 8);
  append_text(out, access_key);
  append_text(out, grant.bucket);
  append_text(out, grant.key);
  return out;
}

Grant grant_of(std::string_view payload, std::string& access_key) {
  Reader reader(payload);
  if (reader.number(1) != kVersion) not_ours();
  Grant grant;
  const auto access = static_cast<char>(reader.number(1));
  grant.access = access == kWrites || access == kWritesOne ? Grant::Access::kWrite : Grant::Access::kRead;
  grant.is_one_object = access == kReadsOne || access == kWritesOne;
  grant.expires_at = static_cast<std::int64_t>(reader.number(8));
  const std::uint64_t max_bytes = reader.number(8);
  if (max_bytes != kNoLimit) grant.max_bytes = max_bytes;
  access_key = reader.text();
  grant.bucket = reader.text();
  grant.key = reader.text();
  reader.finish();
  return grant;
}

/// The payload of a token that we made.
std::string payload_in(std::string_view token, std::string_view token_key) {
  const std::size_t dot = token.find('.');
  if (token.size() > kLongestToken || dot == std::string_view::npos) not_ours();
  std::string payload;
  std::string code;
  try {
    payload = jose::base64url_decode(token.substr(0, dot));
    code = jose::base64url_decode(token.substr(dot + 1));
  } catch (const base::Error&) {
    not_ours();
  }
  if (!base::equal_in_constant_time(code, hmac_sha256(token_key, payload))) not_ours();
  return payload;
}

}  // namespace

bool Grant::covers(std::string_view other_bucket, std::string_view other_key) const {
  if (!covers_bucket(other_bucket)) return false;
  if (key.empty() || other_key == key) return true;
  return !is_one_object && other_key.size() > key.size() && other_key.starts_with(key) &&
         other_key[key.size()] == '/';
}

bool Grant::may_read(std::string_view other_bucket, std::string_view other_key) const {
  return covers(other_bucket, other_key) && !(is_one_object && access == Access::kWrite);
}

bool Grant::may_write(std::string_view other_bucket, std::string_view other_key) const {
  return covers(other_bucket, other_key) && access == Access::kWrite;
}

bool Grant::may_delete(std::string_view other_bucket, std::string_view other_key) const {
  return may_write(other_bucket, other_key) && !is_one_object;
}

bool Grant::may_list(std::string_view other_bucket, std::string_view prefix) const {
  return covers(other_bucket, prefix) && !is_one_object;
}

bool Grant::may_list_uploads(std::string_view other_bucket) const {
  return covers_bucket(other_bucket) && key.empty() && access == Access::kWrite;
}

GrantKey::GrantKey(std::string_view secret)
    : token_key_(hmac_sha256(secret, "arkitektd session token")),
      secret_key_key_(hmac_sha256(secret, "arkitektd secret key")) {
  if (secret.size() < kShortestSecret) {
    throw base::Error(base::code::kValidation, "The key of the object store must have {} bytes.",
                      kShortestSecret);
  }
  own_.access_key = access_key_of(hmac_sha256(secret, "arkitektd own access key"));
  own_.secret_key = jose::base64url_encode(hmac_sha256(secret, "arkitektd own secret key"));
}

std::string GrantKey::secret_key_of(std::string_view payload) const {
  return jose::base64url_encode(hmac_sha256(secret_key_key_, payload));
}

Credentials GrantKey::issue(const Grant& grant) const {
  const bool is_possible = grant.bucket.size() <= kLongestBucket && grant.key.size() <= kLongestKey &&
                           !grant.key.ends_with('/') && (grant.key.empty() || !grant.bucket.empty()) &&
                           !(grant.is_one_object && grant.key.empty());
  if (!is_possible) {
    throw base::Error(base::code::kValidation, "No such permission can be given: bucket '{}', key '{}'.",
                      grant.bucket, grant.key);
  }
  Credentials out;
  out.access_key = access_key_of(base::random_bytes(kIdBytes));
  const std::string payload = payload_of(out.access_key, grant);
  out.secret_key = secret_key_of(payload);
  out.session_token =
      jose::base64url_encode(payload) + "." + jose::base64url_encode(hmac_sha256(token_key_, payload));
  return out;
}

GrantKey::Opened GrantKey::open(std::string_view access_key, std::string_view session_token,
                                std::int64_t now) const {
  if (session_token.empty()) {
    if (base::equal_in_constant_time(access_key, own_.access_key)) {
      Grant everything;
      everything.access = Grant::Access::kWrite;
      everything.expires_at = std::numeric_limits<std::int64_t>::max();
      return {std::move(everything), own_.secret_key};
    }
    throw S3Error(403, "InvalidAccessKeyId",
                  "There is no such access key, or its session token (x-amz-security-token) is missing.");
  }
  const std::string payload = payload_in(session_token, token_key_);
  std::string owner;
  Grant grant = grant_of(payload, owner);
  if (!base::equal_in_constant_time(access_key, owner)) {
    throw S3Error(403, "InvalidAccessKeyId", "The session token belongs to another access key.");
  }
  if (now >= grant.expires_at)
    throw S3Error(403, "ExpiredToken", "The credentials have expired. Ask for new ones.");
  return {std::move(grant), secret_key_of(payload)};
}

}  // namespace objects
