// Definitions: what an agent says about an action, a state or itself, made
// complete and checked.
//
// All functions here take the complete snake_case form that `complete_agent`
// and its siblings answer. They are pure; `Shapes` is shared by threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "services/rekuest/definition_shape.h"

namespace rekuest {

/// A whole declaration (`ImplementAgentInput`), in frames' or GraphQL's
/// spelling. Lists that are null stay null: nothing was declared of that kind.
/// Throws Error(kValidation) naming the offending path.
base::Json complete_agent(const Shapes& shapes, const base::Json& declared);

/// One definition (`DefinitionInput`), checked. `idempotent` is set when pure.
base::Json complete_definition(const Shapes& shapes, const base::Json& declared, const std::string& path);

/// The members of a REGISTER frame that declare something; what belongs to the
/// connection (token, session, ...) is left out.
base::Json declaration_of_frame(const base::Json& frame);

/// What clients compute too and look actions up by.
std::string action_hash(const base::Json& definition);
std::string state_hash(const base::Json& state_definition);

/// GLOBAL, LOCAL, BRIDGE_GLOBAL_TO_LOCAL or BRIDGE_LOCAL_TO_GLOBAL.
std::string_view action_scope(const base::Json& definition);

/// Inferred and hinted protocols, sorted, each once.
std::vector<std::string> action_protocols(const base::Json& definition);

/// Names of the services whose structures the ports carry, in order of
/// appearance: `@mikro/image` is `mikro`.
std::vector<std::string> structure_packages(const base::Json& definition);

}  // namespace rekuest
