// What happens to files between a client and here: they are cut off and they are damaged.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "base/error.h"

namespace formats {

/// Calls `read` with every beginning of `bytes` and with every byte changed in turn, in five ways. Whatever
/// it does not take must be refused with VALIDATION_ERROR; any other exception fails the test, and so does
/// taking everything.
template <class Read>
void expect_only_refusals(const std::string& bytes, Read read) {
  std::size_t refused = 0;
  const auto attempt = [&](const std::string& damaged) {
    try {
      read(damaged);
    } catch (const base::Error& error) {
      ++refused;
      EXPECT_EQ(error.code(), base::code::kValidation);
    }
  };
  for (std::size_t length = 0; length < bytes.size(); ++length) attempt(bytes.substr(0, length));
  EXPECT_EQ(refused, bytes.size()) << "a beginning was taken for the whole";
  std::string damaged = bytes;
  for (char& byte : damaged) {
    const char good = byte;
    for (const int change : {0x01, 0x10, 0x80, 0xFF}) {
      byte = static_cast<char>(good ^ change);
      attempt(damaged);
    }
    byte = 0;
    attempt(damaged);
    byte = good;
  }
  EXPECT_GT(refused, bytes.size()) << "nothing that was damaged was noticed";
}

/// Base64 as fixtures are written in; stops at the padding.
inline std::string from_base64(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned held = 0;
  int bits = 0;
  for (const char c : text) {
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) break;
    held = held << 6 | static_cast<unsigned>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> bits & 0xFF);
  }
  return bytes;
}

/// The refusal of `read()`, or an empty text if it refuses nothing.
template <class Read>
std::string refusal_of(Read read) {
  try {
    read();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::code::kValidation);
    return error.message();
  }
  return "";
}

/// `text` with the first `old_part` replaced; fails if there is none.
inline std::string with(std::string_view text, std::string_view old_part, std::string_view new_part) {
  std::string changed(text);
  const std::size_t at = changed.find(old_part);
  EXPECT_NE(at, std::string::npos) << old_part;
  return at == std::string::npos ? changed : changed.replace(at, old_part.size(), new_part);
}

}  // namespace formats
