// Characters of GraphQL sources, which are UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace graphql {

/// Offset of the first byte that is not part of well-formed UTF-8 (RFC 3629:
/// no overlong forms, no surrogates), or `text.size()` if all of it is.
std::size_t find_invalid_utf8(std::string_view text);

/// The character starting at `offset` of valid UTF-8.
char32_t decode_utf8(std::string_view text, std::size_t offset);

/// `character` must be a Unicode scalar value.
void append_utf8(std::string& out, char32_t character);

/// Neither the first nor the second half of a surrogate pair, and in range.
constexpr bool is_scalar_value(std::uint32_t code) {
  return code < 0xD800 || (code > 0xDFFF && code <= 0x10FFFF);
}

/// The second and later bytes of a character.
constexpr bool is_continuation_byte(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace graphql
