// Gives every field of a schema that is built its resolver.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "entity/model.h"
#include "entity/registry.h"
#include "graphql/execution/resolver.h"

namespace entity {

/// A service's schema bound to its tables and its code. Immutable, thread-safe;
/// owns what the resolvers refer to.
class Binding {
 public:
  /// Throws base::Error(kInternal) listing every name in the registry that the
  /// schema does not have, and every filter or ordering field of a built list
  /// that means nothing.
  Binding(std::shared_ptr<const graphql::Schema> schema, Registry registry);
  ~Binding();

  const Model& model() const;
  std::shared_ptr<graphql::ResolverMap> resolvers() const;
  /// Root fields that answer NOT_IMPLEMENTED: `Query.schedules`.
  const std::vector<std::string>& not_built() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace entity
