// An agent's shelve: names of what it keeps in its memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "entity/registry.h"
#include "sql/database.h"

namespace rekuest {

struct Drawer {
  std::string resource;  ///< unique on the shelve
  std::string identifier;
  std::optional<std::string> label;
  std::optional<std::string> description;
  bool agent_minted = false;  ///< named by the agent itself: gone with its process
};

/// Made if the agent has none.
std::int64_t ensure_shelve(sql::Writer& writer, std::int64_t agent);

/// The drawer's row; one of the same resource is overwritten.
std::int64_t store_drawer(sql::Writer& writer, std::int64_t agent, const Drawer& drawer, std::int64_t now);

/// `shelveInMemoryDrawer` and `unshelveMemoryDrawer`: an app names what it keeps
/// itself, on its own agent's shelve.
void add_shelve_mutations(entity::Registry& registry, sql::Database& database);

}  // namespace rekuest
