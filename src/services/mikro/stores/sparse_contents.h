// What is recorded of a sparse store: what its root announces, and each layout's metadata. No chunk is read.
#pragma once

#include <cstdint>
#include <vector>

#include "formats/sporadik.h"
#include "service/stores.h"
#include "sql/database.h"

namespace mikro {

/// A store that holds still, and what was read of it; written with whatever is made of it.
struct ReadSparse {
  service::SealedStore& sealed;
  formats::SparseRoot root;
  std::vector<formats::SparseLayout> layouts;
  std::uint64_t bytes = 0;
};
/// Throws VALIDATION_ERROR for what is missing, unfinished or contradicts itself.
ReadSparse read_sparse(service::Stores& stores, service::SealedStore& sealed);
void write_sparse(sql::Writer& writer, const ReadSparse& sparse);

}  // namespace mikro
