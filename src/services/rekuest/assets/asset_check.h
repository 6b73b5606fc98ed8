// Whether an uploaded file is what its agent said, and what it holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "formats/glb.h"
#include "service/stores.h"
#include "services/rekuest/assets/image_header.h"
#include "services/rekuest/schema/agent.h"

namespace rekuest {

/// `sha256:` and 64 hexadecimal digits in lower case.
bool is_asset_ref(std::string_view text);

/// How large a file of this kind may be.
std::uint64_t largest_asset(schema::AssetKind kind);
/// Throws base::Error(refusal::kTooLarge).
void check_asset_size(schema::AssetKind kind, std::uint64_t bytes);

struct AssetFacts {
  std::uint64_t bytes = 0;
  std::optional<formats::GlbModel> model;
  std::optional<ImageFacts> image;
};

/// Reads the file at the store's key once, from its beginning to its end, in pieces; blocks. Throws
/// base::Error: VALIDATION_ERROR if nothing was uploaded, else one of the refusals of asset_policy.h and
/// formats/glb.h as its code.
AssetFacts check_asset(service::Stores& stores, const service::StoreRow& row, std::string_view ref,
                       schema::AssetKind kind);

}  // namespace rekuest
