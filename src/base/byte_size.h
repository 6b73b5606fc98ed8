// Amounts of bytes as people write and read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

/// `1073741824`, `500GiB`, `1.5 TB`: a number and one of B, kB, MB, GB, TB, PB (of 1000), KiB, MiB, GiB, TiB,
/// PiB (of 1024), whatever their case. nullopt for anything else, and for more than 2^63 - 1.
std::optional<std::uint64_t> parse_byte_size(std::string_view text);

/// `17 bytes`, `1.5 GiB`.
std::string byte_size_text(std::uint64_t bytes);

}  // namespace base
