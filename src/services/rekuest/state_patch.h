// JSON Patch (RFC 6902): how the values of states change.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace rekuest {

/// The keys of a JSON pointer; nullopt for anything that is none.
std::optional<std::vector<std::string>> pointer_tokens(std::string_view pointer);

struct PatchOperation {
  std::string_view op;    ///< `add`, `remove`, `replace`, `move`, `copy` or `test`
  std::string_view path;  ///< a JSON pointer (RFC 6901)
  std::string_view from;  ///< of `move` and `copy`
};

/// Applies one operation to `document`. False if it does not apply: the
/// document is as it was. A value nested deeper than could be read again does
/// not apply.
bool apply_patch(base::Json& document, const PatchOperation& operation, base::Json value);

}  // namespace rekuest
