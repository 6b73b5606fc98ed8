// Cyclic redundancy checks that S3 clients send along: whether bytes arrived as they left. Sources: RFC 1952
// (CRC-32), RFC 3720 (CRC-32C), NVM Express NVM Command Set (CRC-64/NVME); combining as in zlib's
// crc32_combine.
#pragma once

#include <cstdint>
#include <string_view>

namespace objects {

/// Each continues `crc`, which is zero at the beginning, over more bytes.
std::uint32_t crc32(std::uint32_t crc, std::string_view bytes);
std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes);
std::uint64_t crc64_nvme(std::uint64_t crc, std::string_view bytes);

/// That of two pieces one after the other, of which the second has `size` bytes.
std::uint32_t combine_crc32(std::uint32_t first, std::uint32_t second, std::uint64_t size);
std::uint32_t combine_crc32c(std::uint32_t first, std::uint32_t second, std::uint64_t size);
std::uint64_t combine_crc64_nvme(std::uint64_t first, std::uint64_t second, std::uint64_t size);

}  // namespace objects
