// Lok's GraphQL API: what its schema does not derive.
#pragma once

#include <functional>
#include <string>

#include "entity/registry.h"
#include "service/stores.h"
#include "services/lok/configuration.h"
#include "services/lok/graph/messages.h"

namespace lok {

/// What resolvers work with. What is referred to must outlive the registry's service.
struct GraphParts {
  const Configuration& configuration;
  Communications& communications;
  service::Stores& stores;
  /// Gives what keys the hashes of device ids; it is asked when a request needs it, since the tables that may
  /// hold it come from this schema.
  std::function<std::string()> device_secret;
};

entity::Registry graph_registry(const GraphParts& parts);

}  // namespace lok
