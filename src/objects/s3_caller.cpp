#include "objects/s3_caller.h"

#include "objects/s3_error.h"

namespace objects {
namespace {

void check(bool is_allowed) {
  if (!is_allowed) throw S3Error(403, "AccessDenied", "These credentials do not permit this here.");
}

}  // namespace

Caller Caller::of(const net::HttpRequest& request, const GrantKey& key, std::int64_t now) {
  std::optional<Signature> signature = read_signature(request);
  if (!signature) {
    throw S3Error(403, "AccessDenied",
                  "The request is not signed. Use the access key, secret key and session token of a grant.");
  }
  GrantKey::Opened opened = key.open(signature->access_key, signature->session_token, now);
  check_signature(request, *signature, opened.secret_key, now);
  return {*std::move(signature), std::move(opened)};
}

void Caller::must_read(std::string_view bucket, std::string_view key) const {
  check(grant().may_read(bucket, key));
}

void Caller::must_write(std::string_view bucket, std::string_view key) const {
  check(grant().may_write(bucket, key));
}

void Caller::must_delete(std::string_view bucket, std::string_view key) const {
  check(grant().may_delete(bucket, key));
}

void Caller::must_list(std::string_view bucket, std::string_view prefix) const {
  check(grant().may_list(bucket, prefix));
}

void Caller::must_list_uploads(std::string_view bucket) const { check(grant().may_list_uploads(bucket)); }

void Caller::must_know(std::string_view bucket) const { check(grant().covers_bucket(bucket)); }

}  // namespace objects
