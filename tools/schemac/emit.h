// The C++ header of one noun.
#pragma once

#include <string>

#include "schemac/member_types.h"
#include "schemac/sources.h"

namespace schemac {

struct Target {
  std::string name_space;  ///< `rekuest::schema`
  std::string folder;      ///< of the headers, as they are included: `services/rekuest/schema`
};

/// `services/rekuest/schema/task.h` of `.../task.graphql`.
std::string header_path(const Noun& noun, const Target& target);

/// The whole text. Throws base::Error beginning with `file:line:column` for
/// what has no C++ form: two names that become one, inputs of two files that
/// contain each other.
std::string emit(const Noun& noun, const Sources& sources, const InputTypes& inputs, const Target& target);

}  // namespace schemac
