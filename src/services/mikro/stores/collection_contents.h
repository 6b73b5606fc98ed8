// What is recorded of a collection of meshes or networks: its manifest. Of its parts only the footer of the
// spatial index is read, no geometry.
#pragma once

#include <cstdint>

#include "formats/collection_manifest.h"
#include "service/stores.h"
#include "sql/database.h"

namespace mikro {

/// A store that holds still, and what was read of it; written with whatever is made of it.
struct ReadCollection {
  service::SealedStore& sealed;
  formats::CollectionManifest manifest;
  std::uint64_t bytes = 0;
};
/// Both throw VALIDATION_ERROR: without a manifest the upload was interrupted, for it is written last.
ReadCollection read_fabriks(service::Stores& stores, service::SealedStore& sealed);
ReadCollection read_konnektion(service::Stores& stores, service::SealedStore& sealed);
/// To the row of the store's kind.
void write_collection(sql::Writer& writer, const ReadCollection& collection);

}  // namespace mikro
