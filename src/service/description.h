// What a service is, in one place: what images say of it, what first configurations list, where it is
// found. Beside each service stands one value of this, `<service>/description.h`.
#pragma once

#include <string>
#include <vector>

namespace service {

/// A role or scope that a service brings along.
struct Described {
  std::string key;
  std::string description = "";
};

/// Another process of the same service, with its configuration, in a container of its own.
struct Sidecar {
  std::string name;
  std::string summary;
};

struct Description {
  std::string name;     ///< also of its host, its path, and the audience of its tokens
  std::string summary;  ///< one sentence for people
  std::vector<Described> scopes = {};
  std::vector<std::string> buckets = {};  ///< in the object store, without the service's name
  std::vector<Sidecar> sidecars = {};
  bool is_rendered = true;    ///< `render` makes its configuration; Lok's is written by the deployment tool
  bool has_accounts = false;  ///< people sign in here, so there can be a superuser

  /// What apps require: `live.arkitekt.rekuest`.
  std::string identifier() const { return "live.arkitekt." + name; }
  /// Before the paths of its routes: `/rekuest`.
  std::string prefix() const { return "/" + name; }
};

}  // namespace service
