// The kinds of stores, and the root fields that hand out their keys and finish them. What is read of each
// kind stands in a `*_contents.h` of its own, for whatever is made of a store.
#pragma once

#include <span>
#include <vector>

#include "entity/registry.h"
#include "service/stores.h"

namespace mikro {

inline constexpr service::StoreKind kMedia{"media", "media_store"};
inline constexpr service::StoreKind kBigFile{"bigfile", "big_file_store"};
inline constexpr service::StoreKind kZarr{"zarr", "zarr_store", true};
inline constexpr service::StoreKind kParquet{"parquet", "parquet_store"};
inline constexpr service::StoreKind kSparse{"zarr", "sparse_store", true};
inline constexpr service::StoreKind kFabriks{"fabriks", "fabriks_store", true};
inline constexpr service::StoreKind kKonnektion{"konnektion", "konnektion_store", true};
inline constexpr service::StoreKind kKulisse{"kulisse", "kulisse_store"};

/// Documents of metadata that are read whole. Arrays of many thousand attributes are still far below.
inline constexpr std::size_t kMostMetadata = 16 * 1024 * 1024;

/// Grants, finishing, access: the root fields, and `accessGrant` of each type.
void add_stores(entity::Registry& registry, service::Stores& stores);
/// Only the keys.
void add_grants(entity::Registry& registry, service::Stores& stores);
/// All there are.
std::span<const service::StoreKind* const> store_kinds();

}  // namespace mikro
