// What an app says about itself when it logs in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace lok {

struct Requirement {
  std::string key;      ///< how the app calls it: `mikro`
  std::string service;  ///< what must fill it: `live.arkitekt.mikro`
  bool optional = false;
  std::string description{};
};

struct Manifest {
  std::string identifier;
  std::string version;
  std::string device_id;  ///< raw; empty if the app names none
  std::vector<std::string> scopes;
  std::vector<Requirement> requirements;
  base::Json public_sources = base::Json::array();
  base::Json document;  ///< as sent, without the device id

  /// Throws invalid_request. Unknown members are ignored.
  static Manifest parse(std::string_view json);
  static Manifest read(base::Json document);
};

}  // namespace lok
