// The beginnings of pictures, for the tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rekuest {

inline std::string big_bytes(std::int64_t number, int count) {
  std::string bytes;
  for (int shift = 8 * (count - 1); shift >= 0; shift -= 8)
    bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}
inline std::string little_bytes(std::int64_t number, int count) {
  std::string bytes;
  for (int shift = 0; shift < 8 * count; shift += 8) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}

inline std::string png_of(std::int64_t width, std::int64_t height) {
  return std::string("\x89PNG\r\n\x1a\n", 8) + big_bytes(13, 4) + "IHDR" + big_bytes(width, 4) +
         big_bytes(height, 4) + std::string("\x08\x06\x00\x00\x00", 5);
}

/// `before` are segments before the frame, whose marker is `frame`.
inline std::string jpeg_of(std::int64_t width, std::int64_t height, std::string_view before = "",
                           char frame = '\xc0') {
  return std::string("\xff\xd8\xff\xe0\x00\x04JF", 8) + std::string(before) + "\xff" + frame +
         big_bytes(17, 2) + '\x08' + big_bytes(height, 2) + big_bytes(width, 2) + std::string(10, '\x01');
}

inline std::string webp_of(std::string_view chunk, std::int64_t width, std::int64_t height) {
  std::string data;
  if (chunk == "VP8X") data = std::string(4, '\0') + little_bytes(width - 1, 3) + little_bytes(height - 1, 3);
  if (chunk == "VP8L") data = "\x2f" + little_bytes((width - 1) | (height - 1) << 14, 4);
  if (chunk == "VP8 ") {
    data = std::string("\x10\x02\x00\x9d\x01\x2a", 6) + little_bytes(width, 2) + little_bytes(height, 2);
  }
  data.resize(data.size() + data.size() % 2);
  return "RIFF" + little_bytes(static_cast<std::int64_t>(12 + data.size()), 4) + "WEBP" + std::string(chunk) +
         little_bytes(static_cast<std::int64_t>(data.size()), 4) + data;
}

}  // namespace rekuest
