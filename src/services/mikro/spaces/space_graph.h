// The coordinate graph out of its rows: what is connected to some spaces, read with a number of statements
// that does not depend on how much that is.
//
// Nothing is kept between calls. The alternative, all of an organization in memory, would need to be right
// in every process after every write; README.md has what reading costs.
#pragma once

#include <cstdint>
#include <vector>

#include "services/mikro/space/graph.h"
#include "services/mikro/space/search.h"
#include "sql/database.h"

namespace mikro {

/// Everything that is connected to `spaces`, in whatever direction and by whatever edge. Spaces of other
/// organizations are left out, as is what does not exist. Two round trips.
space::Graph load_around(sql::Reader& reader, std::int64_t organization, const sql::Ids& spaces);

/// The same without axes and parameters, for questions about who is connected.
space::Graph load_connections(sql::Reader& reader, std::int64_t organization, const sql::Ids& spaces);

/// What is connected to `spaces` by facts alone: levels, lenses and derivations that correspond to something.
/// No registrations, and nothing that only they connect. Two round trips.
space::Graph load_facts(sql::Reader& reader, std::int64_t organization, const sql::Ids& spaces);

/// What leads from `spaces` down to pixels: the spaces themselves, and the lens, level and primary derivation
/// edges that begin there, and so on. What space::chain_to_pixels() and space::ShapeFrame read. Two round
/// trips.
space::Graph load_chains(sql::Reader& reader, std::int64_t organization, const sql::Ids& spaces);

/// What places one space's data in another, everywhere: facts both ways where they have an inverse, claims
/// forward. A field that gives a position in space states no matrix, one that gives a time is a lookup.
space::Crossing placing(std::vector<space::Coordinate> at = {});

}  // namespace mikro
