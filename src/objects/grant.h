// Permission to read or write some keys for some time, carried by the credentials themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace objects {

/// What a holder may do: below `key/` and on `key` itself, or in the whole bucket if `key` is empty. With
/// `is_one_object` on `key` alone.
struct Grant {
  enum class Access { kRead, kWrite };

  std::string bucket;  ///< empty: every bucket, for administrators
  std::string key;     ///< without a slash at its end
  Access access = Access::kRead;
  std::int64_t expires_at = 0;             ///< microseconds UTC
  std::optional<std::uint64_t> max_bytes;  ///< of one object
  bool is_one_object = false;              ///< nothing below the key; never without a key

  bool covers_bucket(std::string_view other) const { return bucket.empty() || bucket == other; }
  bool covers(std::string_view other_bucket, std::string_view other_key) const;

  // What `inline_policy` permits, too: both stores must agree. Who writes below a key may read, list and
  // delete there, since clients look for what is there, clear it and then write. Who writes one object may do
  // nothing else with it: no client looks first.
  bool may_read(std::string_view other_bucket, std::string_view other_key) const;
  bool may_write(std::string_view other_bucket, std::string_view other_key) const;
  bool may_delete(std::string_view other_bucket, std::string_view other_key) const;
  /// Keys with this prefix.
  bool may_list(std::string_view other_bucket, std::string_view prefix) const;
  /// Policies cannot narrow it to a prefix, hence whole buckets alone.
  bool may_list_uploads(std::string_view other_bucket) const;
};

/// As S3 clients take them.
struct Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;
};

/// Makes and reads grants. The session token is the grant with a code of authenticity over it, and the secret
/// key follows from it: nothing is stored. Immutable, thread-safe.
class GrantKey {
 public:
  /// Throws base::Error(kValidation) for fewer than 32 bytes. They must be random.
  explicit GrantKey(std::string_view secret);

  /// Throws base::Error(kValidation) for a grant that cannot be: a key in no bucket, or one longer than keys
  /// are.
  Credentials issue(const Grant& grant) const;

  struct Opened {
    Grant grant;
    std::string secret_key;
  };
  /// Throws S3Error: InvalidToken for a token that is not ours, InvalidAccessKeyId if it belongs to another
  /// access key or there is none, ExpiredToken. That is a 403 here and not Amazon's 400: clients ask for new
  /// credentials on 403.
  Opened open(std::string_view access_key, std::string_view session_token, std::int64_t now) const;

  /// The one key that opens everything, for what the platform itself signs: addresses that it hands out and
  /// forms. Without session token, never given away.
  const Credentials& own() const { return own_; }

 private:
  std::string secret_key_of(std::string_view payload) const;

  std::string token_key_;
  std::string secret_key_key_;
  Credentials own_;
};

}  // namespace objects
