// HMAC-SHA256 and the hexadecimal that S3 writes its results in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace objects {

/// 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);
/// Lower case.
std::string hex(std::string_view bytes);
/// And back; nothing for what is not lower-case hexadecimal.
std::optional<std::string> unhex(std::string_view text);

}  // namespace objects
