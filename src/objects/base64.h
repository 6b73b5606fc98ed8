// Base64 as S3's headers have it (RFC 4648, standard alphabet, padded).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace objects {

/// Nothing for what is not exactly that.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace objects
