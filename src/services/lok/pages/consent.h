// What a person is shown before deciding about an app.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "services/lok/login/manifest.h"
#include "services/lok/pages/pages.h"
#include "sql/database.h"

namespace lok {

/// The hubs of all organizations the person is a member of.
std::vector<pages::Place> places_of(sql::Reader& reader, std::int64_t user);

struct Consent {
  std::vector<pages::OfferedScope> scopes;  ///< those asked for that the organization has
  std::vector<std::string> unavailable;     ///< keys of requirements that nothing there fills
};
Consent consent_for(sql::Reader& reader, const pages::Place& place, std::int64_t user,
                    const Manifest& manifest);

/// The optional requirements, by key, that could have been chosen and are not among `used`. What is
/// `unavailable` nobody declined: it is the app's once it is there.
std::vector<std::string> declined_of(const Manifest& manifest, const std::vector<std::string>& unavailable,
                                     const std::vector<std::string>& used);

/// Whether something the app cannot do without is `unavailable`.
bool lacks_required(const Manifest& manifest, const std::vector<std::string>& unavailable);

}  // namespace lok
