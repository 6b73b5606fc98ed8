// Randomness nobody can guess, and comparing secrets without telling them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace base {

/// From the operating system's generator. Thread-safe.
std::string random_bytes(std::size_t count);

/// Random bytes in URL-safe base64 without padding: 32 make 43 characters.
std::string random_token(std::size_t bytes = 32);

/// A version 4 UUID, lower case with hyphens.
std::string uuid4();

/// Whether two secrets are equal, in a time that depends on their sizes only.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace base
