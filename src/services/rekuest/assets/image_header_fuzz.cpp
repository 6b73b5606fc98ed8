// The input is a picture's head as it is; and what follows after the beginning of each format, which a fuzzer
// would need long to find.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.h"
#include "services/rekuest/assets/image_header.h"

namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kBeginnings{
    ""sv,
    "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"sv,
    "\xff\xd8\xff"sv,
    "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff"sv,
    "RIFF\x00\x00\x00\x00WEBPVP8 "sv,
    "RIFF\x00\x00\x00\x00WEBPVP8L\x00\x00\x00\x00\x2f"sv,
    "RIFF\x00\x00\x00\x00WEBPVP8X"sv,
};

/// What a format has room for; 0 for one that is none of the three.
std::int64_t largest_side(std::string_view format) {
  if (format == "PNG") return 0xFFFF'FFFF;
  if (format == "JPEG") return 0xFFFF;
  if (format == "WEBP") return 0x100'0000;
  return 0;
}

void attempt(std::string_view head) {
  try {
    const rekuest::ImageFacts facts = rekuest::read_image_header(head);
    const std::int64_t largest = largest_side(facts.format);
    if (facts.width < 1 || facts.width > largest || facts.height < 1 || facts.height > largest) std::abort();
    // More of the file changes nothing.
    const rekuest::ImageFacts again = rekuest::read_image_header(std::string(head) + "more");
    if (again.width != facts.width || again.height != facts.height) std::abort();
  } catch (const base::Error& error) {
    if (error.code() != "bad_image") std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  for (const std::string_view beginning : kBeginnings) attempt(std::string(beginning) + input);
  return 0;
}
