// Which service instances an app gets, and at which addresses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/lok/login/manifest.h"
#include "sql/database.h"

namespace lok {

/// One address of an instance as stored; without a host it is relative.
struct Alias {
  std::int64_t id = 0;
  std::string kind;
  std::optional<std::string> host;
  std::optional<std::int64_t> port;
  std::optional<std::string> path;
  bool ssl = false;
  std::string challenge;
  std::optional<std::string> reach;
  bool is_public = false;
};

struct Instance {
  std::int64_t id = 0;
  std::string identifier;  ///< its name in the hub, the audience of tokens
  std::string service;
  std::optional<std::string> challenge_key;
  std::vector<Alias> aliases;
};

/// An app's requirements and what fills them.
struct Composition {
  struct Filled {
    std::string key;
    bool optional = false;
    std::size_t instance = 0;  ///< index into `instances`
  };
  std::vector<Instance> instances;
  std::vector<Filled> filled;
  std::vector<std::string> unavailable;  ///< keys nothing fills
  std::vector<std::string> declined;     ///< keys a person said no to

  /// Key to `granted`, `unavailable` or `denied`, as clients read it.
  base::Json statuses() const;
};

/// The keys that `statuses` says a person said no to: that stays so.
std::vector<std::string> declined_in(const base::Json& statuses);

/// Looks among the instances of one hub. Those that deny the user or one of
/// the user's groups, or allow only others, are left out; of several the
/// oldest is taken. Nothing fills a key that is `declined`.
Composition compose(sql::Reader& reader, std::int64_t hub, std::int64_t user,
                    const std::vector<Requirement>& requirements, const std::vector<std::string>& declined);

}  // namespace lok
