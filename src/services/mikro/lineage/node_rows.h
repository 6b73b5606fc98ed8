// What is said of a lineage's nodes: their rows, and of containers their lenses, of arrays how they are laid
// out. The same number of statements for any number of nodes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "services/mikro/lineage/node.h"
#include "sql/database.h"

namespace mikro::lineage {

struct NodeRow {
  std::string name;
  std::int64_t created_at = 0;      ///< microseconds UTC
  std::optional<std::string> task;  ///< the id of the task that made it
};
using NodeRows = std::map<Node, NodeRow>;

/// For rows_in(): those that the organization has.
sql::Query rows_query(sql::Dialect dialect, std::int64_t organization, const std::vector<Node>& nodes);
NodeRows rows_in(const sql::Rows& rows);

/// What answers call `LineageLens` and `LineageAxis`.
struct NodeParts {
  base::Json lenses = base::Json::array();
  std::int64_t lens_count = 0;
  std::optional<std::int64_t> whole_lens;
  base::Json axes = base::Json::array();
  std::optional<std::string> dtype;
  std::int64_t levels = 0;
};
/// The whole lens first, then those of `used`, then the oldest until there are kMostLenses. One round trip.
std::map<Node, NodeParts> read_parts(sql::Reader& reader, const std::vector<Node>& nodes,
                                     const std::set<std::int64_t>& used);
inline constexpr std::int64_t kMostLenses = 12;

}  // namespace mikro::lineage
