// `requires`: what a port asks of the descriptors of what it is given, as a condition on rows.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "entity/call.h"
#include "services/mikro/schema/common.h"

namespace mikro {

/// One key that a type declares; every row has a value of it.
struct Descriptor {
  bool is_number = false;  ///< otherwise text
  /// SQL for the value of the row `$`, whose place the alias takes.
  std::string expression;
};
using Descriptors = std::map<std::string, Descriptor, std::less<>>;

/// All constraints at once. Throws VALIDATION_ERROR for a key that is not declared, naming those that are,
/// and for an operator or value that its kind of value has no use for.
std::string meets(entity::SqlText& sql, const std::string& alias,
                  const std::vector<schema::DescriptorConstraintInput>& constraints,
                  const Descriptors& declared);

}  // namespace mikro
