#include "objects/presign.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "jose/jose.h"
#include "objects/canonical_request.h"
#include "objects/hmac.h"
#include "objects/sigv4.h"

namespace objects {
namespace {

using base::Json;

constexpr const char* kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kDateDigits = 8;

/// `2026-11-23T18:06:10.5+00:00` as `20261123T180610Z`.
std::string compact_time(std::int64_t micros) {
  std::string out;
  for (const char c : base::format_datetime(micros)) {
    if (c == '.' || c == '+') break;
    if (c != '-' && c != ':') out += c;
  }
  return out + "Z";
}

Signature begin(const Credentials& by, std::int64_t now, const SigningScope& scope) {
  Signature out;
  out.access_key = by.access_key;
  out.signed_at_text = compact_time(now);
  out.date = out.signed_at_text.substr(0, kDateDigits);
  out.region = scope.region;
  out.service = scope.service;
  out.session_token = by.session_token;
  return out;
}

std::string signature_of(const net::HttpRequest& request, const Signature& signature, const Credentials& by) {
  const std::string text = canonical_request(request, signature.signed_headers, signature.payload_hash);
  return sign(signing_key(by.secret_key, signature), signature, jose::sha256_hex(text));
}

void add_parameter(std::string& query, std::string_view name, std::string_view value) {
  query += fmt::format("{}{}={}", query.empty() ? "" : "&", name, net::percent_encode(value));
}

}  // namespace

void sign_query(net::HttpRequest& request, const Credentials& by, std::chrono::seconds lifetime,
                std::int64_t now, const SigningScope& scope) {
  Signature signature = begin(by, now, scope);
  signature.signed_headers = {"host"};
  signature.payload_hash = kUnsignedPayload;
  add_parameter(request.query, "X-Amz-Algorithm", kAlgorithm);
  add_parameter(request.query, "X-Amz-Credential", by.access_key + "/" + signature.scope());
  add_parameter(request.query, "X-Amz-Date", signature.signed_at_text);
  add_parameter(request.query, "X-Amz-Expires", std::to_string(lifetime.count()));
  if (!by.session_token.empty()) add_parameter(request.query, "X-Amz-Security-Token", by.session_token);
  add_parameter(request.query, "X-Amz-SignedHeaders", "host");
  add_parameter(request.query, "X-Amz-Signature", signature_of(request, signature, by));
}

void sign_header(net::HttpRequest& request, const Credentials& by, std::string payload_hash, std::int64_t now,
                 const SigningScope& scope) {
  Signature signature = begin(by, now, scope);
  request.headers.set("x-amz-date", signature.signed_at_text);
  request.headers.set("x-amz-content-sha256", payload_hash);
  if (!by.session_token.empty()) request.headers.set("x-amz-security-token", by.session_token);
  signature.payload_hash = std::move(payload_hash);
  for (const auto& [field, value] : request.headers.fields()) {
    std::string name = base::fold_case(field);
    if (name == "host" || name.starts_with("x-amz-")) signature.signed_headers.push_back(std::move(name));
  }
  std::ranges::sort(signature.signed_headers);
  request.headers.set("Authorization",
                      fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                                  by.access_key, signature.scope(), base::join(signature.signed_headers, ";"),
                                  signature_of(request, signature, by)));
}

PostForm sign_post(const PostRequest& request, const Credentials& by, std::int64_t now,
                   const SigningScope& scope) {
  const Signature signature = begin(by, now, scope);
  PostForm form{{"key", request.key},
                {"x-amz-algorithm", kAlgorithm},
                {"x-amz-credential", by.access_key + "/" + signature.scope()},
                {"x-amz-date", signature.signed_at_text}};
  if (!request.content_type.empty()) form.emplace_back("Content-Type", request.content_type);
  if (!by.session_token.empty()) form.emplace_back("x-amz-security-token", by.session_token);

  Json conditions = Json::array({Json::object({{"bucket", request.bucket}}),
                                 Json::array({"content-length-range", 0, request.max_bytes})});
  for (const auto& [name, value] : form) conditions.push_back(Json::array({"eq", "$" + name, value}));
  std::string expires = base::format_datetime(request.expires_at);
  expires = expires.substr(0, expires.find_first_of(".+")) + "Z";
  const std::string policy = jose::base64_encode(
      Json::object({{"expiration", expires}, {"conditions", std::move(conditions)}}).dump());
  form.emplace_back("policy", policy);
  form.emplace_back("x-amz-signature", hex(hmac_sha256(signing_key(by.secret_key, signature), policy)));
  return form;
}

}  // namespace objects
