// Signing as a client does: addresses and forms that are handed out, and requests of tests. Source: AWS,
// "Authenticating Requests: Using Query Parameters" and "Browser-Based Uploads Using POST" in the Amazon S3
// API reference.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/http.h"
#include "objects/object_store.h"

namespace objects {

/// For whom a signature counts.
struct SigningScope {
  std::string region = "us-east-1";
  std::string service = "s3";
};

/// Adds to the request's query what signs it for so long. `request` has method, path, query and the header
/// `Host`; `now` in microseconds UTC.
void sign_query(net::HttpRequest& request, const Credentials& by, std::chrono::seconds lifetime,
                std::int64_t now, const SigningScope& scope = {});

/// Adds the headers that sign the request as it stands: all `x-amz-*` headers and the host. `payload_hash` is
/// the body's SHA-256 in hex, or a word such as `UNSIGNED-PAYLOAD`.
void sign_header(net::HttpRequest& request, const Credentials& by, std::string payload_hash, std::int64_t now,
                 const SigningScope& scope = {});

PostForm sign_post(const PostRequest& request, const Credentials& by, std::int64_t now,
                   const SigningScope& scope = {});

}  // namespace objects
