#include "services/rekuest/dependencies.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "entity/lookup.h"
#include "services/rekuest/dependency_rows.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
using Choice = schema::ResolvedDependencyInput;
namespace code = base::code;

/// A tree is kept with its task: this is far beyond what anybody runs.
constexpr std::size_t kMostAgents = 1000;

bool contains(const std::vector<std::string>& list, std::string_view key) {
  return std::find(list.begin(), list.end(), key) != list.end();
}

const Choice* choice_of(const DependencyChoices& choices, std::string_view key) {
  const auto found =
      std::find_if(choices.begin(), choices.end(), [&](const Choice& one) { return one.key == key; });
  return found == choices.end() ? nullptr : &*found;
}

// What one agent is to serve: the caller's choices apply one level down.
struct Candidate {
  std::int64_t agent = 0;
  const DependencyChoices* below = nullptr;
};

class Resolver {
 public:
  Resolver(sql::Reader& reader, std::int64_t organization, std::int64_t now)
      : rows_(reader, organization, now) {}

  Dependencies resolve(std::int64_t implementation, const DependencyChoices& choices) {
    path_.push_back(implementation);
    Dependencies bound;
    const std::vector<DeclaredDependency>& declared = rows_.of(implementation);
    for (const DeclaredDependency& one : declared) {
      bound.push_back(bind(one, choice_of(choices, one.key), taken(one, declared, bound)));
    }
    path_.pop_back();
    return bound;
  }

 private:
  using Agents = std::set<std::int64_t>;

  static void refuse(BoundDependency& bound, std::string why, bool for_good = false) {
    if (bound.unmet) return;
    bound.unmet = std::move(why);
    bound.for_good = for_good;
  }

  // Agents that serve what excludes this dependency, or is excluded by it.
  static Agents taken(const DeclaredDependency& one, const std::vector<DeclaredDependency>& declared,
                      const Dependencies& bound) {
    Agents agents;
    for (std::size_t i = 0; i < bound.size(); ++i) {
      if (!contains(one.exclusive, bound[i].key) && !contains(declared[i].exclusive, one.key)) continue;
      for (const BoundAgent& other : bound[i].agents) agents.insert(other.agent);
    }
    return agents;
  }

  BoundDependency bind(const DeclaredDependency& declared, const Choice* choice, const Agents& taken) {
    BoundDependency bound{declared.id, declared.key, {}, {}, false};
    const bool automatic = choice == nullptr || choice->auto_resolve;
    if (automatic && !declared.auto_resolvable) {
      if (choice == nullptr && declared.optional) return bound;
      refuse(bound, "it is not resolved automatically: name its agents in `dependencies`", true);
      return bound;
    }
    std::vector<Candidate> candidates =
        automatic ? fitting(declared, taken) : chosen(declared, *choice, taken, bound);
    if (declared.most && candidates.size() > *declared.most) candidates.resize(*declared.most);
    const bool may_be_none = declared.optional && choice == nullptr;
    const std::size_t least = std::max<std::size_t>(declared.least, declared.optional ? 0 : 1);
    if (candidates.size() < least) {
      if (!may_be_none) refuse(bound, too_few(declared, candidates.size(), least));
      return bound;
    }
    serve(declared, candidates, bound);
    if (may_be_none && (bound.unmet || below_is_unmet(bound)))
      return {declared.id, declared.key, {}, {}, false};
    return bound;
  }

  std::vector<Candidate> fitting(const DeclaredDependency& declared, const Agents& taken) {
    std::vector<Candidate> fit;
    for (const std::int64_t agent : rows_.agents_of(declared.app, declared.version)) {
      if (!taken.contains(agent) && !lacking(declared, agent)) fit.push_back({agent, nullptr});
      if (declared.most && fit.size() == *declared.most) break;
    }
    return fit;
  }

  std::vector<Candidate> chosen(const DeclaredDependency& declared, const Choice& choice, const Agents& taken,
                                BoundDependency& bound) {
    std::vector<std::int64_t> ids;
    for (const schema::MappedAgentInput& mapped : choice.mapped_agents)
      ids.push_back(mapped.agent.row("agent"));
    const Agents available = rows_.available(ids);
    std::vector<Candidate> list;
    Agents seen;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!available.contains(ids[i]) || !seen.insert(ids[i]).second) continue;
      if (taken.contains(ids[i])) {
        refuse(bound, fmt::format("agent {} already serves a dependency that excludes this one", ids[i]),
               true);
      }
      if (const auto slot = lacking(declared, ids[i])) {
        refuse(bound, fmt::format("agent {} offers nothing for its '{}'", ids[i], *slot));
      }
      const auto& below = choice.mapped_agents[i].dependencies;
      list.push_back({ids[i], below ? &*below : nullptr});
    }
    return list;
  }

  /// The first slot that must be served and is not by this agent.
  std::optional<std::string> lacking(const DeclaredDependency& declared, std::int64_t agent) {
    for (const Json& slot : declared.actions.items()) {
      if (!slot["optional"].as_bool() && !rows_.actions_for(slot).contains(agent))
        return slot["key"].as_string();
    }
    for (const Json& slot : declared.states.items()) {
      if (!slot["optional"].as_bool() && !rows_.states_for(slot).contains(agent))
        return slot["key"].as_string();
    }
    return std::nullopt;
  }

  static std::string too_few(const DeclaredDependency& declared, std::size_t found, std::size_t least) {
    return fmt::format("it needs {} connected agents that offer what it asks for, and there are {}; start {}",
                       least, found,
                       declared.app ? "the app " + *declared.app : std::string("an app that does"));
  }

  void serve(const DeclaredDependency& declared, const std::vector<Candidate>& candidates,
             BoundDependency& bound) {
    static const DependencyChoices kNone;
    agents_ += candidates.size();
    if (agents_ > kMostAgents) {
      throw Error(code::kValidation, "More than {} agents would serve one task. Limit the dependencies.",
                  kMostAgents);
    }
    std::vector<std::int64_t> implementations;
    for (const Candidate& candidate : candidates) {
      bound.agents.push_back({candidate.agent, actions_of(declared, candidate.agent)});
      for (const BoundAction& action : bound.agents.back().actions)
        implementations.push_back(action.implementation);
    }
    rows_.load(implementations);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const DependencyChoices& below = candidates[i].below == nullptr ? kNone : *candidates[i].below;
      for (BoundAction& action : bound.agents[i].actions) {
        if (std::find(path_.begin(), path_.end(), action.implementation) != path_.end()) {
          refuse(bound, fmt::format("its '{}' would run what needs it", action.slot));
        } else {
          action.dependencies = resolve(action.implementation, below);
        }
      }
      refuse_unknown(below, bound.agents[i], bound);
    }
  }

  std::vector<BoundAction> actions_of(const DeclaredDependency& declared, std::int64_t agent) {
    std::vector<BoundAction> actions;
    for (const Json& slot : declared.actions.items()) {
      const DependencyRows::ByAgent& offered = rows_.actions_for(slot);
      if (const auto found = offered.find(agent); found != offered.end()) {
        actions.push_back({slot["key"].as_string(), found->second, {}});
      }
    }
    return actions;
  }

  static void refuse_unknown(const DependencyChoices& below, const BoundAgent& agent,
                             BoundDependency& bound) {
    for (const Choice& choice : below) {
      const bool known =
          std::any_of(agent.actions.begin(), agent.actions.end(), [&](const BoundAction& action) {
            return std::any_of(action.dependencies.begin(), action.dependencies.end(),
                               [&](const BoundDependency& one) { return one.key == choice.key; });
          });
      if (!known)
        refuse(bound, fmt::format("nothing on agent {} declares '{}'", agent.agent, choice.key), true);
    }
  }

  static bool below_is_unmet(const BoundDependency& bound) {
    return std::any_of(bound.agents.begin(), bound.agents.end(), [](const BoundAgent& agent) {
      return std::any_of(agent.actions.begin(), agent.actions.end(), [](const BoundAction& action) {
        return why_unmet(action.dependencies).has_value();
      });
    });
  }

  DependencyRows rows_;
  std::vector<std::int64_t> path_;  ///< implementations from the root to here
  std::size_t agents_ = 0;
};

std::optional<std::string> first_unmet(const Dependencies& dependencies, bool for_good,
                                       const std::string& path) {
  for (const BoundDependency& one : dependencies) {
    const std::string here = path.empty() ? one.key : path + "/" + one.key;
    if (one.unmet && (one.for_good || !for_good)) {
      return fmt::format("The dependency '{}' is not met: {}.", here, *one.unmet);
    }
    for (const BoundAgent& agent : one.agents) {
      for (const BoundAction& action : agent.actions) {
        if (auto why = first_unmet(action.dependencies, for_good, here)) return why;
      }
    }
  }
  return std::nullopt;
}

const Json& mapped(const Json& kept, const std::string& dependency) {
  const Json* agents = kept.find(dependency);
  if (agents == nullptr) throw Error(code::kValidation, "The task has no dependency '{}'.", dependency);
  if (agents->items().empty())
    throw Error(code::kValidation, "No agent serves the dependency '{}'.", dependency);
  return *agents;
}

std::int64_t id_of(const Json& text) { return entity::row_id(text.as_string()).value(); }

}  // namespace

Dependencies resolve_dependencies(sql::Reader& reader, std::int64_t organization, std::int64_t now,
                                  std::int64_t implementation, const DependencyChoices& choices) {
  Dependencies resolved = Resolver(reader, organization, now).resolve(implementation, choices);
  for (const Choice& choice : choices) {
    const bool known = std::any_of(resolved.begin(), resolved.end(),
                                   [&](const BoundDependency& one) { return one.key == choice.key; });
    if (!known) resolved.push_back({0, choice.key, {}, "the implementation does not declare it", true});
  }
  return resolved;
}

std::optional<std::string> why_unmet(const Dependencies& dependencies, bool for_good) {
  return first_unmet(dependencies, for_good, "");
}

std::string bind_dependencies(sql::Reader& reader, std::int64_t organization, std::int64_t now,
                              std::int64_t implementation, const DependencyChoices& choices) {
  const Dependencies bound = resolve_dependencies(reader, organization, now, implementation, choices);
  if (const auto why = why_unmet(bound)) throw Error(code::kValidation, "{}", *why);
  return dependencies_json(bound).dump();
}

Json dependencies_json(const Dependencies& dependencies) {
  Json kept = Json::object();
  for (const BoundDependency& one : dependencies) {
    Json agents = Json::array();
    for (const BoundAgent& agent : one.agents) {
      Json actions = Json::object();
      for (const BoundAction& action : agent.actions) {
        actions.set(action.slot, Json::object({{"implementation", std::to_string(action.implementation)},
                                               {"dependencies", dependencies_json(action.dependencies)}}));
      }
      agents.push_back(
          Json::object({{"agent", std::to_string(agent.agent)}, {"actions", std::move(actions)}}));
    }
    kept.set(one.key, std::move(agents));
  }
  return kept;
}

std::vector<MappedMethod> mapped_methods(const Json& kept, const std::string& dependency,
                                         const std::string& method) {
  std::vector<MappedMethod> methods;
  for (const Json& agent : mapped(kept, dependency).items()) {
    const Json& action = agent["actions"][method];
    if (action.is_null()) continue;
    methods.push_back({id_of(action["implementation"]), action["dependencies"].dump()});
  }
  if (methods.empty()) {
    throw Error(code::kValidation, "No agent that serves the dependency '{}' offers '{}'.", dependency,
                method);
  }
  return methods;
}

std::vector<std::int64_t> mapped_agents(const Json& kept, const std::string& dependency) {
  std::vector<std::int64_t> agents;
  for (const Json& agent : mapped(kept, dependency).items()) agents.push_back(id_of(agent["agent"]));
  return agents;
}

}  // namespace rekuest
