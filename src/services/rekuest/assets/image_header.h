// How large a picture is, told by the beginning of its file. Pixels are never decoded. Sources: the PNG
// specification (W3C), ITU-T T.81 (JPEG), RFC 9649 (WebP).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rekuest {

/// Within so many bytes a picture has said its size; only a JPEG with megabytes of other data before it has
/// not.
inline constexpr std::size_t kImageHead = 4 * 1024 * 1024;

struct ImageFacts {
  std::string_view format;  ///< `PNG`, `JPEG`, `WEBP`
  std::int64_t width = 0;   ///< pixels, above zero
  std::int64_t height = 0;
};

/// `head` is the file, or its first kImageHead bytes. Throws base::Error("bad_image") for what is none of the
/// three.
ImageFacts read_image_header(std::string_view head);

}  // namespace rekuest
