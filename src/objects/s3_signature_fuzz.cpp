// Signatures and session tokens as anybody may send them: read or refused, never believed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "objects/s3_caller.h"
#include "objects/s3_error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const objects::GrantKey key(std::string(32, 'k'));
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto line = [&] {
    const std::string_view taken = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), taken.size() + 1));
    return std::string(taken);
  };
  net::HttpRequest request;
  request.method = "PUT";
  request.path = "/zarr/a";
  request.query = line();
  if (std::string authorization = line(); !authorization.empty())
    request.headers.add("Authorization", "AWS4-HMAC-SHA256 " + authorization);
  for (const char* name : {"Host", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"})
    request.headers.add(name, line());
  try {
    const objects::S3Request asked(request);
    objects::Caller::of(asked.http, key, 1'800'000'000'000'000);
    // No input can hold a signature by a key that it does not know.
    std::abort();
  } catch (const objects::S3Error&) {
  }
  return 0;
}
