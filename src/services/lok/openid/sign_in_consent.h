// What people agreed to when they signed in to a relying party: once per
// person, organization and set of scopes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/lok/openid/relying_party.h"
#include "services/lok/pages/pages.h"
#include "sql/database.h"

namespace lok {

/// Lets a relying party go on when nobody is there. No organization's scope: whoever signs in may be asked
/// for it.
inline constexpr std::string_view kOfflineAccess = "offline_access";

/// The organizations a person may be to this relying party, each with its first hub.
std::vector<pages::Place> places_for(sql::Reader& reader, const RelyingParty& party, std::int64_t user);

/// Those of `asked` that the place's organization offers, in the order asked.
std::vector<std::string> offered_scopes(sql::Reader& reader, const pages::Place& place,
                                        const std::vector<std::string>& asked);
/// What the consent page says about those of `asked` that any of the places offers: one of them will be
/// chosen.
std::vector<pages::OfferedScope> described_scopes(sql::Reader& reader,
                                                  const std::vector<pages::Place>& places,
                                                  const std::vector<std::string>& asked);

/// The place of the latest consent that covers everything asked for, among `places`.
std::optional<pages::Place> agreed_place(sql::Reader& reader, const RelyingParty& party,
                                         const std::vector<pages::Place>& places,
                                         const std::vector<std::string>& asked);

/// Remembers consent, beside what was agreed to before.
void remember_consent(sql::Writer& writer, const RelyingParty& party, const pages::Place& place,
                      const std::vector<std::string>& scopes, std::int64_t now);

}  // namespace lok
