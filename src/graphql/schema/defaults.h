// Default values of arguments and input fields. Inside this folder only.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "graphql/schema/merge.h"
#include "graphql/schema/schema.h"

namespace graphql {

/// Coerces literals to `default_value`. A default that is an input object
/// contains the defaults of that type's fields, so those come first.
class DefaultValues {
 public:
  DefaultValues(std::deque<NamedType>& types, Problems& problems);

  /// The fields of an input object; does nothing the second time.
  void fill_input(NamedType& type);
  void fill(std::vector<InputValue>& values, const std::string& owner);

 private:
  enum class Progress { kNone, kRunning, kDone };

  std::unordered_map<const NamedType*, std::pair<NamedType*, Progress>> inputs_;
  Problems& problems_;
};

}  // namespace graphql
