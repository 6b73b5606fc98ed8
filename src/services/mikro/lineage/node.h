// What a lineage is made of: a container or a file.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "services/mikro/data_kinds.h"
#include "services/mikro/schema/lineage.h"

namespace mikro::lineage {

using Kind = schema::LineageNodeKind;

/// Ordered by kind, as the schema lists them, and then by id.
struct Node {
  Kind kind = Kind::kFile;
  std::int64_t id = 0;

  auto operator<=>(const Node&) const = default;
  /// `DATASET:7`, by which answers name it.
  std::string key() const;
  /// Both in one number with the same order, for statements: base_of(kind) + id.
  std::int64_t code() const;
};

std::int64_t base_of(Kind kind);
Node node_of(std::int64_t code);
const DataKind& data_kind(Kind kind);
/// The kind in lineages of a container, or of a file.
Kind kind_of(const DataKind& kind);

}  // namespace mikro::lineage
