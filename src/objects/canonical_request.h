// The text that a signature of AWS Signature Version 4 is made over. Source: AWS, "Authenticating Requests
// (AWS Signature Version 4)" in the Amazon S3 API reference.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

namespace objects {

/// `path` and `query` are taken as they were sent and encoded anew, so that clients that encode more or less
/// than they must agree with us. `signed_headers` are names in lower case, in the order of the signature;
/// a name that the request lacks stands for an empty value. A parameter named `without` is left out: what a
/// signature in the query cannot cover is itself.
std::string canonical_request(const net::HttpRequest& request, const std::vector<std::string>& signed_headers,
                              std::string_view payload_hash, std::string_view without = {});

}  // namespace objects
