#include "services/rekuest/assets/image_header.h"

#include <string>

#include "base/error.h"

namespace rekuest {
namespace {

constexpr std::string_view kPngStart("\x89PNG\r\n\x1a\n", 8);
constexpr std::string_view kJpegStart("\xff\xd8\xff", 3);

[[noreturn]] void refuse(std::string_view why) {
  throw base::Error("bad_image", "The file is no picture that can be shown: {}.", why);
}

/// Numbers at places that may lie beyond the end, which refuses the picture.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}

  std::int64_t at(std::size_t place) const {
    if (place >= bytes_.size()) refuse("it ends before it says how large it is");
    return static_cast<unsigned char>(bytes_[place]);
  }
  std::int64_t big(std::size_t place, std::size_t count) const {
    std::int64_t number = 0;
    for (std::size_t i = 0; i < count; ++i) number = number << 8 | at(place + i);
    return number;
  }
  std::int64_t little(std::size_t place, std::size_t count) const {
    std::int64_t number = 0;
    for (std::size_t i = count; i > 0; --i) number = number << 8 | at(place + i - 1);
    return number;
  }
  std::string_view text(std::size_t place, std::size_t count) const {
    at(place + count - 1);
    return bytes_.substr(place, count);
  }

 private:
  std::string_view bytes_;
};

ImageFacts read_png(const Bytes& bytes) {
  if (bytes.big(8, 4) != 13 || bytes.text(12, 4) != "IHDR") refuse("a PNG begins with its header");
  return {"PNG", bytes.big(16, 4), bytes.big(20, 4)};
}

bool is_frame_header(std::int64_t marker) {
  // C4, C8 and CC are tables among them.
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

// Segments until the one that says how large the frame is.
ImageFacts read_jpeg(const Bytes& bytes) {
  std::size_t place = 2;
  for (;;) {
    if (bytes.at(place) != 0xFF) refuse("its segments do not follow each other as a JPEG's do");
    while (bytes.at(place) == 0xFF) ++place;
    const std::int64_t marker = bytes.at(place);
    ++place;
    const bool has_no_length = marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7);
    if (has_no_length) continue;
    if (marker == 0xD9 || marker == 0xDA || marker == 0)
      refuse("a JPEG says how large it is before its pixels");
    const std::int64_t length = bytes.big(place, 2);
    if (length < 2) refuse("a segment of the JPEG is shorter than its own length");
    if (is_frame_header(marker)) return {"JPEG", bytes.big(place + 5, 2), bytes.big(place + 3, 2)};
    place += static_cast<std::size_t>(length);
  }
}

ImageFacts read_webp(const Bytes& bytes) {
  const std::string_view chunk = bytes.text(12, 4);
  if (chunk == "VP8X") return {"WEBP", bytes.little(24, 3) + 1, bytes.little(27, 3) + 1};
  if (chunk == "VP8 ") {
    if (bytes.text(23, 3) != std::string_view("\x9d\x01\x2a", 3)) refuse("the WebP has no key frame");
    return {"WEBP", bytes.little(26, 2) & 0x3FFF, bytes.little(28, 2) & 0x3FFF};
  }
  if (chunk == "VP8L") {
    if (bytes.at(20) != 0x2F) refuse("the WebP's lossless data have no signature");
    const std::int64_t sizes = bytes.little(21, 4);
    return {"WEBP", (sizes & 0x3FFF) + 1, (sizes >> 14 & 0x3FFF) + 1};
  }
  refuse("a WebP begins with VP8, VP8L or VP8X");
}

ImageFacts read(std::string_view head) {
  const Bytes bytes(head);
  if (head.starts_with(kPngStart)) return read_png(bytes);
  if (head.starts_with(kJpegStart)) return read_jpeg(bytes);
  if (head.size() >= 12 && head.starts_with("RIFF") && head.substr(8, 4) == "WEBP") return read_webp(bytes);
  refuse("it is neither PNG nor JPEG nor WebP");
}

}  // namespace

ImageFacts read_image_header(std::string_view head) {
  const ImageFacts facts = read(head);
  if (facts.width < 1 || facts.height < 1) refuse("it says that it has no pixels");
  return facts;
}

}  // namespace rekuest
