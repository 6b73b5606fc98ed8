// Which agents serve an implementation's dependencies: decided when it is
// assigned, or asked for without assigning.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "services/rekuest/schema/resolution.h"
#include "sql/database.h"

namespace rekuest {

struct BoundDependency;

/// A slot of a dependency: the implementation that one agent serves it with.
struct BoundAction {
  std::string slot;
  std::int64_t implementation = 0;
  std::vector<BoundDependency> dependencies;  ///< its own
};

struct BoundAgent {
  std::int64_t agent = 0;
  std::vector<BoundAction> actions;
};

struct BoundDependency {
  std::int64_t id = 0;  ///< 0: nothing declares it
  std::string key;
  std::vector<BoundAgent> agents;
  std::optional<std::string> unmet;  ///< why it cannot be assigned so, and what to do
  bool for_good = false;             ///< unmet whichever agents come and go
};
using Dependencies = std::vector<BoundDependency>;

/// What a caller chose; what it does not name is resolved by itself if it may be.
using DependencyChoices = std::vector<schema::ResolvedDependencyInput>;

/// In the order of the declaration, and everything below. Reads rows only. Throws
/// Error(kValidation) if that is too much to be meant.
Dependencies resolve_dependencies(sql::Reader& reader, std::int64_t organization, std::int64_t now,
                                  std::int64_t implementation, const DependencyChoices& choices);

/// The first that is unmet, with the keys that lead to it; `for_good`: of those only.
std::optional<std::string> why_unmet(const Dependencies& dependencies, bool for_good = false);

/// As a task keeps it: `{key: [{"agent", "actions": {slot: {"implementation", "dependencies"}}}]}`.
base::Json dependencies_json(const Dependencies& dependencies);

/// The same, resolved for a task, as text. Throws Error(kValidation) saying what is unmet.
std::string bind_dependencies(sql::Reader& reader, std::int64_t organization, std::int64_t now,
                              std::int64_t implementation, const DependencyChoices& choices);

/// One way to call a method of a task's dependency.
struct MappedMethod {
  std::int64_t implementation = 0;
  std::string dependencies;  ///< its own, JSON text
};
/// From what a task keeps. Throws Error(kValidation): nothing of that name.
std::vector<MappedMethod> mapped_methods(const base::Json& kept, const std::string& dependency,
                                         const std::string& method);
/// The agents of a dependency, in the order they were bound. Throws Error(kValidation).
std::vector<std::int64_t> mapped_agents(const base::Json& kept, const std::string& dependency);

}  // namespace rekuest
