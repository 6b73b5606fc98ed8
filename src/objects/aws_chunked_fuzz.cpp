// Bodies in pieces: whatever way they are cut, the same comes of them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "objects/aws_chunked.h"
#include "objects/s3_error.h"

namespace {

std::string read(std::string_view body, std::string_view how, std::size_t step) {
  objects::Signature signature;
  signature.payload_hash = how;
  auto chunked = objects::AwsChunked::for_request(signature, "key");
  std::string out;
  try {
    for (std::size_t at = 0; at < body.size(); at += step)
      chunked->take(body.substr(at, step), [&](std::string_view bytes) { out += bytes; });
    chunked->finish();
  } catch (const objects::S3Error& error) {
    return "!" + error.code();
  }
  for (const auto& [name, value] : chunked->trailer()) out += "\n" + name + ":" + value;
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string_view how =
      (data[0] & 1U) != 0 ? objects::kUnsignedChunksAndTrailer : objects::kSignedChunks;
  if (read(body, how, size) != read(body, how, 1 + data[0] / 2)) std::abort();
  return 0;
}
