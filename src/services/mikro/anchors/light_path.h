// Light paths: the optical elements between the source and the detector, and how they are connected.
#pragma once

#include "base/json.h"

namespace mikro {

/// A coerced LightpathGraphInput as its column has it: elements with an id each, and of every element only
/// what its kind has. Throws VALIDATION_ERROR naming the element or edge if a kind lacks what it needs or is
/// given what it does not read, a quantity has no fitting unit, two elements (ports of one element, edges)
/// share an id, or an edge does not lead from an OUTPUT port that is there to an INPUT port that is.
base::Json checked_light_path(const base::Json& input);

}  // namespace mikro
