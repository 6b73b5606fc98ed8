// Matching: which actions, states and ports satisfy a demand.
//
// Demands become conditions over one row, so that a filter stays one
// statement: every port match is one `exists` over the port rows.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "entity/call.h"
#include "services/rekuest/schema/demand.h"

namespace rekuest {

/// Conditions over the action row `action`, AND-ed: what `demands` of filters
/// mean. Empty text for an empty list.
/// Throws Error(kValidation) for a demand that asks for nothing.
std::string port_demands_condition(entity::SqlText& sql, const std::string& action,
                                   const std::vector<schema::PortDemandInput>& demands);

/// Over the action row `action`.
std::string action_demand_condition(entity::SqlText& sql, const std::string& action,
                                    const schema::ActionDemandInput& demand);

/// Over the state row `state`.
std::string state_demand_condition(entity::SqlText& sql, const std::string& state,
                                   const schema::StateDemandInput& demand);

/// Whether an object with these `descriptors` (a flat JSON object) meets a
/// list of `{key, operator, value}`: a key it does not carry is passed over.
bool meets_constraints(const base::Json& constraints, const base::Json& descriptors);

/// JSON text that is equal for two values exactly if the values are.
std::string canonical_json(const base::Json& value);

}  // namespace rekuest
