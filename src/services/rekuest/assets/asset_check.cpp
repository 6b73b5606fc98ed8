#include "services/rekuest/assets/asset_check.h"

#include <algorithm>

#include "base/error.h"
#include "objects/digest.h"
#include "objects/hmac.h"
#include "services/rekuest/assets/asset_policy.h"

namespace rekuest {
namespace {

using base::Error;
using objects::Digest;
using schema::AssetKind;

constexpr std::size_t kPiece = 1024 * 1024;
constexpr std::string_view kScheme = "sha256:";
constexpr std::size_t kDigits = 64;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

std::size_t head_size(AssetKind kind) {
  return kind == AssetKind::kImage ? kImageHead
                                   : static_cast<std::size_t>(model_limits().json_bytes) + formats::kGlbStart;
}

// Clients look for the reason where errors have their code.
formats::GlbModel read_model(std::string_view head, std::uint64_t bytes) {
  try {
    const std::size_t needed =
        formats::glb_head_size(head.substr(0, formats::kGlbStart), bytes, model_limits());
    return formats::read_glb(head.substr(0, needed), bytes, model_limits());
  } catch (const Error& error) {
    if (error.reason().empty()) throw;
    throw Error(error.reason(), error.message());
  }
}

ImageFacts read_image(std::string_view head) {
  const ImageFacts facts = read_image_header(head);
  if (facts.width <= kLongestSide && facts.height <= kLongestSide) return facts;
  throw Error(refusal::kBadImage, "A picture has at most {} pixels a side, and this one {} x {}.",
              kLongestSide, facts.width, facts.height);
}

}  // namespace

bool is_asset_ref(std::string_view text) {
  return text.size() == kScheme.size() + kDigits && text.starts_with(kScheme) &&
         std::ranges::all_of(text.substr(kScheme.size()), is_hex);
}

std::uint64_t largest_asset(AssetKind kind) {
  return kind == AssetKind::kImage ? kLargestImage : model_limits().bytes;
}

void check_asset_size(AssetKind kind, std::uint64_t bytes) {
  const std::uint64_t most = largest_asset(kind);
  if (bytes <= most) return;
  throw Error(refusal::kTooLarge, "{} has at most {} bytes, and this one {}.",
              kind == AssetKind::kImage ? "A picture" : "A model", most, bytes);
}

AssetFacts check_asset(service::Stores& stores, const service::StoreRow& row, std::string_view ref,
                       AssetKind kind) {
  const auto object = stores.head(row);
  if (!object) throw Error(base::code::kValidation, "Nothing was uploaded to {}.", row.path());
  check_asset_size(kind, object->size);
  AssetFacts facts;
  std::string head;
  Digest digest(Digest::Kind::kSha256);
  // To the end that was measured: a store of somebody else's may grow meanwhile.
  while (facts.bytes < object->size) {
    const auto rest = static_cast<std::size_t>(object->size - facts.bytes);
    const std::string piece = stores.read(row, "", facts.bytes, std::min(kPiece, rest));
    if (piece.empty()) break;
    digest.update(piece);
    if (head.size() < head_size(kind)) head.append(piece, 0, head_size(kind) - head.size());
    facts.bytes += piece.size();
  }
  const std::string found = std::string(kScheme) + objects::hex(digest.finish());
  if (found != ref) {
    throw Error(refusal::kHashMismatch,
                "The uploaded bytes are {} and not {}: the file has changed, or was not "
                "uploaded whole.",
                found, ref);
  }
  if (kind == AssetKind::kImage) {
    facts.image = read_image(head);
  } else {
    facts.model = read_model(head, facts.bytes);
  }
  return facts;
}

}  // namespace rekuest
