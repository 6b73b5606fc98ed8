#include "objects/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

#include "base/random.h"
#include "base/text.h"
#include "jose/jose.h"
#include "objects/canonical_request.h"
#include "objects/hmac.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
constexpr std::int64_t kSecond = 1'000'000;
constexpr auto kSkew = 15min;
constexpr auto kLongestLifetime = 7 * 24h;

[[noreturn]] void malformed(std::string_view what) {
  throw S3Error(400, "AuthorizationHeaderMalformed", "The signature's {} cannot be read.", what);
}

// `20261123T180610Z` as ISO 8601 with all its marks.
std::int64_t moment_of(std::string_view text) {
  constexpr std::string_view kShape = "ddddddddTddddddZ";
  bool fits = text.size() == kShape.size();
  for (std::size_t i = 0; fits && i < text.size(); ++i) {
    fits = kShape[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == kShape[i];
  }
  if (!fits) malformed("time");
  const auto part = [&](std::size_t at, std::size_t size) { return text.substr(at, size); };
  const auto moment = base::parse_datetime(fmt::format("{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 2),
                                                       part(6, 2), part(9, 2), part(11, 2), part(13, 2)));
  if (!moment) malformed("time");
  return *moment;
}

void read_credential(std::string_view text, Signature& out) {
  const std::vector<std::string_view> parts = base::split(text, '/');
  constexpr std::size_t kParts = 5;
  if (parts.size() != kParts || std::ranges::any_of(parts, &std::string_view::empty)) malformed("credential");
  if (parts[4] != kTerminator) malformed("credential");
  if (parts[3] != "s3") malformed("service, which must be `s3`,");
  out.access_key = parts[0];
  out.date = parts[1];
  out.region = parts[2];
  out.service = parts[3];
}

constexpr std::size_t kMostSignedHeaders = 64;

void read_signed_headers(std::string_view text, Signature& out) {
  for (const std::string_view name : base::split(text, ';'))
    out.signed_headers.push_back(base::fold_case(name));
  // Each once and not too many: the text that is signed has their values, and is made for strangers, too.
  const bool is_strict =
      std::ranges::adjacent_find(out.signed_headers, std::greater_equal<>()) == out.signed_headers.end();
  if (!is_strict || out.signed_headers.front().empty() || out.signed_headers.size() > kMostSignedHeaders)
    malformed("header list");
}

void check_covered(const net::HttpRequest& request, const Signature& signature) {
  const auto is_signed = [&](std::string_view name) {
    return std::ranges::find(signature.signed_headers, name) != signature.signed_headers.end();
  };
  if (!is_signed("host")) throw S3Error(403, "AccessDenied", "The host must be among the signed headers.");
  for (const auto& [field, value] : request.headers.fields()) {
    const std::string name = base::fold_case(field);
    if (name.starts_with("x-amz-") && !is_signed(name)) {
      throw S3Error(403, "AccessDenied",
                    "There were headers present in the request which were not signed: {}.", name);
    }
  }
}

std::string_view header(const net::HttpRequest& request, std::string_view name) {
  return request.headers.get(name).value_or(std::string_view());
}

Signature read_header(const net::HttpRequest& request, std::string_view text) {
  Signature out;
  text.remove_prefix(kAlgorithm.size());
  for (std::string_view part : base::split(text, ',')) {
    part = base::trim(part);
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) malformed("header");
    const std::string_view name = part.substr(0, equals);
    const std::string_view value = part.substr(equals + 1);
    if (name == "Credential") {
      read_credential(value, out);
    } else if (name == "SignedHeaders") {
      read_signed_headers(value, out);
    } else if (name == "Signature") {
      out.signature = value;
    }
  }
  if (out.access_key.empty() || out.signed_headers.empty() || out.signature.empty()) malformed("header");
  out.signed_at_text = header(request, "x-amz-date");
  out.payload_hash = header(request, "x-amz-content-sha256");
  if (out.payload_hash.empty()) {
    throw S3Error(400, "MissingSecurityHeader", "The header x-amz-content-sha256 is missing.");
  }
  out.session_token = header(request, "x-amz-security-token");
  return out;
}

std::chrono::seconds lifetime_of(const std::string& text) {
  std::int64_t seconds = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0 ||
      seconds * 1s > kLongestLifetime) {
    throw S3Error(400, "AuthorizationQueryParametersError",
                  "X-Amz-Expires must be a number of seconds, at most a week.");
  }
  return std::chrono::seconds(seconds);
}

Signature read_query(const net::HttpRequest& request) {
  const auto parameter = [&](std::string_view name) { return request.query_parameter(name).value_or(""); };
  if (parameter("X-Amz-Algorithm") != kAlgorithm) {
    throw S3Error(400, "AuthorizationQueryParametersError", "X-Amz-Algorithm must be {}.", kAlgorithm);
  }
  Signature out;
  read_credential(parameter("X-Amz-Credential"), out);
  read_signed_headers(parameter("X-Amz-SignedHeaders"), out);
  out.signature = parameter("X-Amz-Signature");
  out.signed_at_text = parameter("X-Amz-Date");
  out.lifetime = lifetime_of(parameter("X-Amz-Expires"));
  out.payload_hash = header(request, "x-amz-content-sha256");
  if (out.payload_hash.empty()) out.payload_hash = kUnsignedPayload;
  out.session_token = parameter("X-Amz-Security-Token");
  return out;
}

void read_moment(Signature& signature) {
  signature.signed_at = moment_of(signature.signed_at_text);
  if (!signature.signed_at_text.starts_with(signature.date))
    malformed("date, which is not that of its time,");
}

std::string_view suffix_of(Signs what) {
  if (what == Signs::kChunk) return "-PAYLOAD";
  if (what == Signs::kTrailer) return "-TRAILER";
  return "";
}

}  // namespace

std::string Signature::scope() const {
  return fmt::format("{}/{}/{}/{}", date, region, service, kTerminator);
}

std::optional<Signature> read_signature(const net::HttpRequest& request) {
  const std::string_view authorization = header(request, "Authorization");
  const bool in_query = request.query_parameter("X-Amz-Signature").has_value();
  if (request.query_parameter("AWSAccessKeyId")) {
    throw S3Error(400, "InvalidRequest",
                  "Signatures of version 2 are not known here. Set the client to version 4 (boto3: "
                  "Config(signature_version='s3v4')).");
  }
  if (authorization.empty() && !in_query) return std::nullopt;
  if (!authorization.empty() && in_query) {
    throw S3Error(400, "InvalidRequest", "The request is signed in two ways. Choose one.");
  }
  if (!in_query && !authorization.starts_with(kAlgorithm)) {
    throw S3Error(400, "InvalidRequest", "Only signatures of {} are known here.", kAlgorithm);
  }
  Signature signature = in_query ? read_query(request) : read_header(request, authorization);
  read_moment(signature);
  check_covered(request, signature);
  return signature;
}

Signature read_form_signature(std::string_view algorithm, std::string_view credential,
                              std::string_view date) {
  if (algorithm != kAlgorithm) {
    throw S3Error(400, "InvalidRequest", "Only signatures of {} are known here.", kAlgorithm);
  }
  Signature signature;
  read_credential(credential, signature);
  signature.signed_at_text = date;
  read_moment(signature);
  return signature;
}

void check_signature(const net::HttpRequest& request, const Signature& signature, std::string_view secret,
                     std::int64_t now) {
  const std::int64_t skew = std::chrono::seconds(kSkew).count() * kSecond;
  const std::int64_t end = signature.is_in_query() ? signature.lifetime->count() * kSecond : skew;
  if (now >= signature.signed_at + end) {
    if (signature.is_in_query()) throw S3Error(403, "AccessDenied", "Request has expired.");
    throw S3Error(403, "RequestTimeTooSkewed",
                  "The request was signed more than 15 minutes ago: set the clock.");
  }
  if (signature.signed_at > now + skew) {
    throw S3Error(403, "RequestTimeTooSkewed",
                  "The request was signed more than 15 minutes from now: set the clock.");
  }
  const std::string text = canonical_request(request, signature.signed_headers, signature.payload_hash,
                                             signature.is_in_query() ? "X-Amz-Signature" : "");
  const std::string expected = sign(signing_key(secret, signature), signature, jose::sha256_hex(text));
  if (!base::equal_in_constant_time(expected, signature.signature)) {
    throw S3Error(
        403, "SignatureDoesNotMatch",
        "The signature is not the one that the secret key of this access key makes for the request.");
  }
}

std::string signing_key(std::string_view secret, const Signature& signature) {
  const std::string day = hmac_sha256(fmt::format("AWS4{}", secret), signature.date);
  return hmac_sha256(hmac_sha256(hmac_sha256(day, signature.region), signature.service), kTerminator);
}

std::string sign(std::string_view key, const Signature& signature, std::string_view text, Signs what) {
  return hex(hmac_sha256(key, fmt::format("{}{}\n{}\n{}\n{}", kAlgorithm, suffix_of(what),
                                          signature.signed_at_text, signature.scope(), text)));
}

}  // namespace objects
