// The kinds of stores, their grants, and what of their bytes becomes facts in a row.
#pragma once

#include <vector>

#include "entity/registry.h"
#include "formats/zarr_array.h"
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

/// A store that holds still, and what was read of it; written with whatever is made of it.
struct ReadZarr {
  service::SealedStore& sealed;
  formats::ZarrArray array;
  std::uint64_t bytes = 0;
};
ReadZarr read_zarr(service::Stores& stores, service::SealedStore& sealed);
void write_zarr(sql::Writer& writer, const ReadZarr& zarr);

/// Grants, finishing, access: the root fields, and `accessGrant` of each type.
void add_stores(entity::Registry& registry, service::Stores& stores);
/// At start, before anything is served.
void unseal_unfinished(service::Stores& stores);

}  // namespace mikro
