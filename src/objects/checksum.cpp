#include "objects/checksum.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "jose/jose.h"
#include "objects/base64.h"
#include "objects/crc.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

struct Known {
  ChecksumKind kind;
  std::string_view name;
  std::string_view suffix;
  std::size_t size;
};
constexpr std::array kAll{
    Known{ChecksumKind::kCrc32, "CRC32", "crc32", 4}, Known{ChecksumKind::kCrc32c, "CRC32C", "crc32c", 4},
    Known{ChecksumKind::kCrc64Nvme, "CRC64NVME", "crc64nvme", 8},
    Known{ChecksumKind::kSha1, "SHA1", "sha1", 20}, Known{ChecksumKind::kSha256, "SHA256", "sha256", 32}};
constexpr std::string_view kPrefix = "x-amz-checksum-";

const Known& known(ChecksumKind kind) { return kAll[static_cast<std::size_t>(kind)]; }

std::string big_endian(std::uint64_t value, std::size_t size) {
  std::string out;
  for (std::size_t i = size; i > 0; --i) out += static_cast<char>(value >> (8 * (i - 1)) & 0xffU);
  return out;
}

std::uint64_t from_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

std::uint64_t combined(ChecksumKind kind, std::uint64_t first, std::uint64_t second, std::uint64_t size) {
  const auto narrow = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  if (kind == ChecksumKind::kCrc32) return combine_crc32(narrow(first), narrow(second), size);
  if (kind == ChecksumKind::kCrc32c) return combine_crc32c(narrow(first), narrow(second), size);
  return combine_crc64_nvme(first, second, size);
}

}  // namespace

std::string_view name_of(ChecksumKind kind) { return known(kind).name; }

std::string_view name_of(ChecksumScope scope) {
  return scope == ChecksumScope::kFullObject ? "FULL_OBJECT" : "COMPOSITE";
}

std::optional<ChecksumKind> checksum_named(std::string_view name) {
  const auto* found = std::ranges::find(kAll, name, &Known::name);
  return found == kAll.end() ? std::nullopt : std::optional(found->kind);
}

std::string header_of(ChecksumKind kind) { return fmt::format("{}{}", kPrefix, known(kind).suffix); }

std::optional<ChecksumKind> checksum_of_header(std::string_view lower_case_name) {
  if (!lower_case_name.starts_with(kPrefix)) return std::nullopt;
  const auto* found = std::ranges::find(kAll, lower_case_name.substr(kPrefix.size()), &Known::suffix);
  return found == kAll.end() ? std::nullopt : std::optional(found->kind);
}

std::size_t size_of(ChecksumKind kind) { return known(kind).size; }

Checksum::Checksum(ChecksumKind kind) : kind_(kind) {
  if (kind == ChecksumKind::kSha1) digest_.emplace(Digest::Kind::kSha1);
  if (kind == ChecksumKind::kSha256) digest_.emplace(Digest::Kind::kSha256);
}

void Checksum::update(std::string_view bytes) {
  if (digest_) {
    digest_->update(bytes);
  } else if (kind_ == ChecksumKind::kCrc32) {
    crc_ = crc32(static_cast<std::uint32_t>(crc_), bytes);
  } else if (kind_ == ChecksumKind::kCrc32c) {
    crc_ = crc32c(static_cast<std::uint32_t>(crc_), bytes);
  } else {
    crc_ = crc64_nvme(crc_, bytes);
  }
}

std::string Checksum::finish() { return digest_ ? digest_->finish() : big_endian(crc_, size_of(kind_)); }

std::string read_checksum(ChecksumKind kind, std::string_view text) {
  auto value = base64_decode(base::trim(text));
  if (!value || value->size() != size_of(kind)) {
    throw S3Error(400, "InvalidRequest", "The value of {} is no {} in base64.", header_of(kind),
                  name_of(kind));
  }
  return *std::move(value);
}

std::optional<ChecksumClaim> claimed_checksum(const net::Headers& headers) {
  std::optional<ChecksumClaim> claim;
  const auto found = [&](ChecksumKind kind, std::string value) {
    if (claim) throw S3Error(400, "InvalidRequest", "A body can have one checksum only.");
    claim = ChecksumClaim{kind, std::move(value)};
  };
  for (const auto& [field, value] : headers.fields()) {
    const std::string name = base::fold_case(field);
    if (const auto kind = checksum_of_header(name)) found(*kind, read_checksum(*kind, value));
    if (name == "x-amz-trailer") {
      const auto kind = checksum_of_header(base::fold_case(base::trim(value)));
      if (!kind) throw S3Error(400, "InvalidRequest", "What follows a body can only be one checksum.");
      found(*kind, "");
    }
  }
  return claim;
}

std::string joined_checksum(ChecksumKind kind, ChecksumScope scope, const std::vector<PartChecksum>& parts) {
  if (scope == ChecksumScope::kFullObject) {
    std::uint64_t crc = 0;
    for (const PartChecksum& part : parts) crc = combined(kind, crc, from_big_endian(part.value), part.size);
    return jose::base64_encode(big_endian(crc, size_of(kind)));
  }
  Checksum whole(kind);
  for (const PartChecksum& part : parts) whole.update(part.value);
  return fmt::format("{}-{}", jose::base64_encode(whole.finish()), parts.size());
}

}  // namespace objects
