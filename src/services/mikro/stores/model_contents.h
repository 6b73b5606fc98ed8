// What is recorded of a model ("kulisse"): what its JSON says, and the digest of its bytes.
#pragma once

#include <cstdint>
#include <string>

#include "formats/glb.h"
#include "service/stores.h"
#include "sql/database.h"

namespace mikro {

/// A store that holds still, and what was read of it; written with whatever is made of it.
struct ReadModel {
  service::SealedStore& sealed;
  formats::GlbModel model;
  std::string ref;  ///< `sha256:` and the digest of the whole file, in hex
  std::uint64_t bytes = 0;
};
/// Reads every byte once, a piece at a time. Throws VALIDATION_ERROR with one of formats::refusal's reasons.
ReadModel read_model(service::Stores& stores, service::SealedStore& sealed);
void write_model(sql::Writer& writer, const ReadModel& model);

}  // namespace mikro
