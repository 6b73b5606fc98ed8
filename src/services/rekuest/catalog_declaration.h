// A declaration made ready to be written: checked, hashed, flattened. All the
// thinking about an agent's declaration happens here, outside any transaction.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "services/rekuest/definition_shape.h"
#include "services/rekuest/port.h"

namespace rekuest {

/// What identifies an action within an app.
struct ActionKey {
  std::string key;
  std::string version;
  auto operator<=>(const ActionKey&) const = default;
};

struct DeclaredAction {
  ActionKey id;
  std::string hash;
  base::Json definition;  ///< complete, snake_case
  std::string scope;
  std::vector<Port> args;
  std::vector<Port> returns;
  std::vector<std::string> protocols;
};

struct DeclaredImplementation {
  std::string interface;
  std::string path;     ///< in the declaration, for diagnostics
  base::Json declared;  ///< complete, snake_case, without its definition
  DeclaredAction action;
  std::optional<std::string> provenance_audience;  ///< JSON list
};

struct DeclaredState {
  std::string interface;
  base::Json declared;
  std::string hash;
  std::vector<Port> ports;
};

/// Lists are absent where nothing was declared of that kind: what is stored
/// stays. An empty list declares none.
struct Declaration {
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::string> hash;
  std::optional<std::vector<DeclaredImplementation>> implementations;
  std::optional<std::vector<DeclaredState>> states;
  std::optional<base::Json::Array> locks;
  std::optional<base::Json::Array> assets;
  base::Json::Array diagnostics;  ///< about what we do not store

  /// From a REGISTER frame or the input of `implementAgent`. Throws
  /// Error(kValidation) naming the offending path.
  static Declaration read(const Shapes& shapes, const base::Json& declared);
};

/// One implementation outside a whole declaration (higher-order wrappers).
DeclaredImplementation declared_implementation(base::Json complete, std::string path);

base::Json warning(std::string_view code, std::string message, std::string path);

}  // namespace rekuest
