// Where something can have been computed from data: its own space, and those of its levels and lenses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/mikro/lineage/node.h"

namespace mikro::lineage {

/// Spaces that belong to data of one kind: `space` of the rows `c` of a table, whose `id` names the data.
struct Place {
  Kind kind = Kind::kDataset;
  std::string_view table, id, space;
  std::string_view only = {};  ///< ` and ...`, which of the rows
};
/// One for each kind of data that lives in a space.
std::vector<Place> own_places();
/// The same, and then those of levels and lenses, which only arrays have: other kinds' lenses lie in the
/// space of the whole. A kind whose lenses have spaces of their own gets its line here.
std::vector<Place> places();

/// SQL for the code of a node of this kind.
std::string code_text(Kind kind, std::string_view id);
/// SQL for the code of the container that has this space in any way, or as its own. Null if nobody has; of
/// several the oldest, since no index keeps spaces from being shared.
std::string owner_text(std::string_view space);
std::string own_text(std::string_view space);
/// SQL for the id of the lens whose own space this is. Null if it is none's.
std::string crop_text(std::string_view space);

}  // namespace mikro::lineage
