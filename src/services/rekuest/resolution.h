// Resolutions: choices of dependencies' agents that are kept, to be assigned with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "services/rekuest/dependencies.h"
#include "sql/database.h"

namespace rekuest {

struct KeptResolution {
  std::int64_t implementation = 0;
  DependencyChoices choices;
};
/// Throws Error(kNotFound) if the organization has no such resolution.
KeptResolution load_resolution(sql::Reader& reader, std::int64_t organization, std::int64_t id);

/// What a call says about dependencies: a resolution, and agents named beside it, which win.
struct ResolutionChoice {
  std::optional<std::int64_t> resolution;
  std::optional<std::int64_t> implementation;  ///< the resolution's
  DependencyChoices choices;
};
ResolutionChoice load_choice(sql::Reader& reader, std::int64_t organization,
                             std::optional<std::int64_t> resolution, DependencyChoices named);

struct NewResolution {
  std::int64_t organization = 0;
  std::int64_t creator = 0;  ///< a user
  std::int64_t now = 0;
  std::int64_t implementation = 0;
};
/// Keeps what an implementation's dependencies are bound to, a resolution for each
/// implementation below that has some itself. Gives its id.
std::int64_t store_resolution(sql::Writer& writer, const NewResolution& made,
                              const Dependencies& dependencies);

}  // namespace rekuest
