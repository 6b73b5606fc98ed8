// Lok's GraphQL API: what its schema does not derive.
#pragma once

#include <functional>
#include <string>

#include "entity/registry.h"

namespace lok {

/// `device_secret` gives what keys the hashes of device ids; it is asked when
/// a request needs it, since the tables that may hold it come from this schema.
entity::Registry graph_registry(std::function<std::string()> device_secret);

}  // namespace lok
