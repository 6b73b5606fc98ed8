// Coordinate anchors as rows, and what follows from them for their array.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "services/mikro/anchors/new_anchor.h"
#include "services/mikro/ownership.h"
#include "sql/database.h"

namespace mikro {

/// A kind of thing that has anchors. Texts are SQL but for the noun.
struct AnchorOwner {
  std::string_view table;
  std::string_view space;   ///< its column that names the space with its axes
  std::string_view shape;   ///< an expression for how many positions it has; null for a table
  std::string_view column;  ///< of an anchor, that names it
  std::string_view noun;    ///< how errors call it
};
inline constexpr AnchorOwner kArrayAnchors{"array_dataset", "intrinsic_system_id", "shape", "dataset_id",
                                           "dataset"};
inline constexpr AnchorOwner kTableAnchors{"table_dataset", "coordinate_system_id", "null", "table_id",
                                           "table"};

struct Anchored {
  const AnchorOwner* owner = nullptr;
  std::int64_t id = 0;
};

/// What is anchored to, held until the transaction ends: two that anchor to it take turns. Throws NOT_FOUND
/// if the organization has no such thing.
AnchoredArray hold_array(sql::Writer& writer, std::int64_t organization, const Anchored& thing);
/// The same without holding it.
AnchoredArray find_array(sql::Reader& reader, std::int64_t organization, const Anchored& thing);

/// The anchor at that place, made if it is not there, with what is said: a spoke that was there already is
/// replaced. The thing is held, or was made in this transaction. What follows is derived by
/// derive_acquisition(), once for all.
std::int64_t put_anchor(sql::Writer& writer, const Maker& maker, const Anchored& thing,
                        const NewAnchor& anchor);

/// When the dataset was acquired, from the windows of its anchors. An anchor holds over another that pins
/// what it pins and more; one that says it began before (ended after) what holds over it contradicts that,
/// which leaves the column null and writes a conflict. Does nothing for a table, which keeps no such time.
void derive_acquisition(sql::Writer& writer, const Anchored& thing);

/// All of a new thing's anchors.
void write_anchors(sql::Writer& writer, const Maker& maker, const Anchored& thing,
                   std::span<const NewAnchor> anchors);

}  // namespace mikro
