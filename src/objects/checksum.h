// The checksums that S3 keeps with objects. Source: Amazon S3 User Guide, "Checking object integrity".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http.h"
#include "objects/digest.h"

namespace objects {

enum class ChecksumKind { kCrc32, kCrc32c, kCrc64Nvme, kSha1, kSha256 };

/// `CRC32`, `CRC32C`, `CRC64NVME`, `SHA1`, `SHA256`.
std::string_view name_of(ChecksumKind kind);
/// Nothing for another name.
std::optional<ChecksumKind> checksum_named(std::string_view name);
/// `x-amz-checksum-crc32`.
std::string header_of(ChecksumKind kind);
std::optional<ChecksumKind> checksum_of_header(std::string_view lower_case_name);
std::size_t size_of(ChecksumKind kind);

/// Computes one as bytes pass. For one thread at a time.
class Checksum {
 public:
  explicit Checksum(ChecksumKind kind);
  void update(std::string_view bytes);
  /// Raw bytes, the highest first; once.
  std::string finish();

 private:
  const ChecksumKind kind_;
  std::uint64_t crc_ = 0;
  std::optional<Digest> digest_;
};

/// What a request says its body's is.
struct ChecksumClaim {
  ChecksumKind kind{};
  std::string value;  ///< raw; empty: it follows the body
};
/// From `x-amz-checksum-...`, or from `x-amz-trailer` that announces one. Throws S3Error(InvalidRequest) for
/// two, or for one that cannot be.
std::optional<ChecksumClaim> claimed_checksum(const net::Headers& headers);
/// From base64. Throws S3Error(InvalidRequest).
std::string read_checksum(ChecksumKind kind, std::string_view text);

/// Of an object that is put together: a checksum of its parts' checksums, or that of all its bytes.
enum class ChecksumScope { kComposite, kFullObject };
/// `COMPOSITE`, `FULL_OBJECT`.
std::string_view name_of(ChecksumScope scope);
struct PartChecksum {
  std::string value;  ///< raw
  std::uint64_t size = 0;
};
/// As the header has it: base64, with the number of parts after a dash if it is composite. `kFullObject` is
/// for CRCs only.
std::string joined_checksum(ChecksumKind kind, ChecksumScope scope, const std::vector<PartChecksum>& parts);

}  // namespace objects
