#include "base/error.h"
#include "jose/jose.h"

namespace jose {
namespace {

constexpr std::size_t kMaximumTokenSize = 16 * 1024;
constexpr base::Json::Limits kTokenLimits{.depth = 16};

[[noreturn]] void throw_malformed() {
  throw base::Error(base::code::kUnauthenticated, "The access token is malformed.")
      .with_reason("TOKEN_MALFORMED");
}

base::Json object_segment(std::string_view segment) {
  base::Json value = base::Json::parse(base64url_decode(segment), kTokenLimits);
  if (!value.is_object()) throw_malformed();
  return value;
}

/// Nothing if it is none: no key verifies that, so such a token is as false as one that was signed by
/// another.
std::string signature_segment(std::string_view segment) {
  try {
    return base64url_decode(segment);
  } catch (const base::Error&) {
    return "";
  }
}

}  // namespace

Jws Jws::parse(std::string_view token) {
  if (token.size() > kMaximumTokenSize) throw_malformed();
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) throw_malformed();
  try {
    Jws jws;
    jws.header = object_segment(token.substr(0, first));
    jws.payload = object_segment(token.substr(first + 1, second - first - 1));
    jws.signing_input = token.substr(0, second);
    jws.signature = signature_segment(token.substr(second + 1));  // a fourth segment makes it none
    // RFC 7515 4.1.11: a token that names extensions we do not know must be refused.
    if (jws.header.find("crit") != nullptr) throw_malformed();
    return jws;
  } catch (const base::Error&) {
    throw_malformed();
  }
}

std::string sign_compact(const Key& key, std::string_view alg, const base::Json& header,
                         const base::Json& payload) {
  const base::Json full =
      !header.is_null() ? header : base::Json::object({{"alg", alg}, {"typ", "JWT"}, {"kid", key.kid()}});
  if (full["alg"] != base::Json(alg) || full["kid"] != base::Json(key.kid())) {
    throw base::Error(base::code::kInternal,
                      "The token's header names another algorithm or key than it is signed with.");
  }
  std::string token = base64url_encode(full.dump()) + '.' + base64url_encode(payload.dump());
  const std::string signature = key.sign(alg, token);
  return token + '.' + base64url_encode(signature);
}

}  // namespace jose
