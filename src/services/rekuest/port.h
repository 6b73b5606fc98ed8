// Port rows: the port trees of actions and states, flattened so that demands
// can be matched in SQL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "sql/database.h"

namespace rekuest {

struct PortConstraint {
  std::int64_t ordinal = 0;  ///< position in `requires` or `provides`
  std::string key;
  std::string operation;
  std::optional<std::string> canonical;  ///< nothing only for an empty list
  std::optional<double> number;
};

struct Port {
  std::optional<std::size_t> parent;  ///< index into the same list, always an earlier one
  int depth = 0;
  std::int64_t position = 0;  ///< among its siblings
  std::string key;
  std::string key_path;
  std::string kind;
  std::optional<std::string> identifier;
  std::optional<std::string> dimension;
  bool nullable = false;
  std::vector<PortConstraint> constraints;
};

/// All ports of a complete list of ports, nested ones after their parents.
std::vector<Port> flatten_ports(const base::Json& ports);

/// Whose ports a list is.
struct PortOwner {
  enum class Side { kArgs, kReturns, kState };
  Side side;
  std::int64_t id;  ///< of the action, or of the state definition
  const std::vector<Port>* ports;
};

/// Writes the rows of all owners, level by level. Their earlier rows must be
/// gone.
void insert_ports(sql::Writer& writer, std::int64_t organization, const std::vector<PortOwner>& owners);

}  // namespace rekuest
