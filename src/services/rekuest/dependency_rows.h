// What implementations need of other agents and who offers it, as rows say it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "sql/database.h"

namespace rekuest {

/// A dependency as its implementation declares it.
struct DeclaredDependency {
  std::int64_t id = 0;
  std::string key;
  bool optional = false;
  bool auto_resolvable = false;
  base::Json actions, states;  ///< lists of slots: `{key, optional, demand}`
  std::optional<std::string> app, version;
  std::size_t least = 0;            ///< agents
  std::optional<std::size_t> most;  ///< agents
  std::vector<std::string> exclusive;
};

/// Reads what a resolution asks for, each thing once: however many agents serve
/// a dependency, what they need themselves costs one statement per demand.
/// Used by one thread, as long as its reader lives.
class DependencyRows {
 public:
  using ByAgent = std::map<std::int64_t, std::int64_t>;

  DependencyRows(sql::Reader& reader, std::int64_t organization, std::int64_t now)
      : reader_(reader), organization_(organization), now_(now) {}

  /// Reads the dependencies of all of these at once.
  void load(const std::vector<std::int64_t>& implementations);
  /// In the order of their ids.
  const std::vector<DeclaredDependency>& of(std::int64_t implementation);
  /// The available agents of an app (of any, if there is none), the least busy first.
  const std::vector<std::int64_t>& agents_of(const std::optional<std::string>& app,
                                             const std::optional<std::string>& version);
  /// Which of these agents are available.
  std::set<std::int64_t> available(const std::vector<std::int64_t>& agents);
  /// The first implementation, or state, that meets a slot's demand, by its agent.
  const ByAgent& actions_for(const base::Json& slot);
  const ByAgent& states_for(const base::Json& slot);

 private:
  sql::Reader& reader_;
  const std::int64_t organization_;
  const std::int64_t now_;
  std::map<std::int64_t, std::vector<DeclaredDependency>> declared_;
  std::map<std::pair<std::optional<std::string>, std::optional<std::string>>, std::vector<std::int64_t>>
      agents_;
  std::map<std::string, ByAgent> actions_, states_;  ///< by the slot's text
};

}  // namespace rekuest
