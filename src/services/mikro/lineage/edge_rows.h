// What was made from what, out of the rows: derivations are transformations from a container's own space into
// a space of another one (as a whole, one of its levels or lenses), and files are linked to what was read out
// of them and to what they were written from. Only what lies within the organization at both ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/mikro/lineage/walk.h"
#include "sql/database.h"

namespace mikro::lineage {

enum class Through { kDerivations, kDerivationsAndFiles };

/// The statements of a walk. They are data, so that one round trip can do several; each works for any number
/// of nodes, also for none.
class EdgeQueries {
 public:
  EdgeQueries(sql::Dialect dialect, std::int64_t organization, Through through)
      : dialect_(dialect), organization_(organization), through_(through) {}

  /// For hops_in(): `most` of each node at most, by kind and then the oldest.
  sql::Query hops(Direction direction, const std::vector<Node>& nodes, std::size_t most) const;
  /// For degrees_in().
  sql::Query degrees(Direction direction, const std::vector<Node>& nodes) const;
  /// For nodes_in(): all that derivations lead to from here, either way and over any number of them, and the
  /// node itself. Stops when there are `most`.
  sql::Query connected(const Node& node, std::size_t most) const;
  /// For ties_in(): all among the nodes.
  sql::Query ties(const std::vector<Node>& nodes) const;
  /// For derivations_in() and links_in(): those that begin and end among the nodes, the oldest kMostEdges.
  sql::Query derivations(const std::vector<Node>& nodes) const;
  sql::Query links(const std::vector<Node>& nodes) const;

 private:
  sql::Dialect dialect_;
  std::int64_t organization_;
  Through through_;
};

/// Adds to `hops`: both ways count where a walk does not mind the direction.
void add_hops(Hops& hops, const sql::Rows& rows);
std::set<Node> nodes_in(const sql::Rows& rows);
Degrees degrees_in(const sql::Rows& rows);

struct Edge {
  schema::LineageEdgeKind kind = schema::LineageEdgeKind::kDerivation;
  std::int64_t id = 0;  ///< of the transformation, or of the link
  Tie tie;
  std::optional<std::string> transformation_kind;
  std::optional<std::string> value_relation;
  std::optional<std::string> annotation;  ///< its id as clients know it
  std::optional<std::string> task;        ///< the link's own
  std::optional<std::int64_t> crop;       ///< the lens in whose space a derivation ends; none for the whole
  bool is_primary = false;
};
/// What derivations() or links() found, by id, and whether there are more.
inline constexpr std::size_t kMostEdges = 20'000;
std::vector<Edge> derivations_in(const sql::Rows& rows);
std::vector<Edge> links_in(const sql::Rows& rows);
inline bool are_cut(const sql::Rows& edges) { return edges.size() > kMostEdges; }
/// Each once, however many edges say the same. Throws VALIDATION_ERROR for more than kMostTies.
inline constexpr std::size_t kMostTies = 200'000;
std::vector<Tie> ties_in(const sql::Rows& rows);

}  // namespace mikro::lineage
