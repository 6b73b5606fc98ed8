// Who signed a request: AWS Signature Version 4, in a header or in the query. Source: AWS, "Authenticating
// Requests (AWS Signature Version 4)" in the Amazon S3 API reference.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

namespace objects {

inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

/// What a request claims; nothing of it is true until `check_signature`.
struct Signature {
  std::string access_key;
  std::string date;                              ///< `20261123`, as the scope says
  std::string region;                            ///< any: clients name the one they were configured with
  std::string service;                           ///< `s3`
  std::vector<std::string> signed_headers;       ///< lower case, in their order
  std::string signature;                         ///< hex
  std::string signed_at_text;                    ///< `20261123T180610Z`
  std::int64_t signed_at = 0;                    ///< microseconds UTC
  std::optional<std::chrono::seconds> lifetime;  ///< of a signature in the query
  std::string payload_hash;                      ///< hex SHA-256, or a word such as `UNSIGNED-PAYLOAD`
  std::string session_token;                     ///< empty if there is none

  bool is_in_query() const { return lifetime.has_value(); }
  /// `20261123/us-east-1/s3/aws4_request`.
  std::string scope() const;
};

/// Reads the claim. Nothing for a request that is not signed. Throws S3Error for one that cannot be
/// understood, is signed in two ways, or leaves a header unsigned that must not be changed on the way: the
/// host and all of `x-amz-*`.
std::optional<Signature> read_signature(const net::HttpRequest& request);

/// The claim of a form, from its fields `x-amz-algorithm`, `x-amz-credential` and `x-amz-date`. Throws
/// S3Error.
Signature read_form_signature(std::string_view algorithm, std::string_view credential, std::string_view date);

/// Throws S3Error: RequestTimeTooSkewed or AccessDenied (expired) by the clock, SignatureDoesNotMatch.
/// `secret` is that of the access key; compared in constant time.
void check_signature(const net::HttpRequest& request, const Signature& signature, std::string_view secret,
                     std::int64_t now);

/// The key of one day, region and service, 32 bytes: signs requests and the chunks of their bodies.
std::string signing_key(std::string_view secret, const Signature& signature);

/// What a signature is made over: a whole request, a piece of its body, what follows its body.
enum class Signs { kRequest, kChunk, kTrailer };

/// Lower-case hex of HMAC-SHA256 by that key over the algorithm's name for `what`, the time, the scope and
/// `text`.
std::string sign(std::string_view key, const Signature& signature, std::string_view text,
                 Signs what = Signs::kRequest);

}  // namespace objects
