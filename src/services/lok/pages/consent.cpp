#include "services/lok/pages/consent.h"

#include <algorithm>

#include "services/lok/login/composition.h"

namespace lok {

std::vector<pages::Place> places_of(sql::Reader& reader, std::int64_t user) {
  const sql::Rows rows = reader.query(
      "select hub.id, membership.id, hub.name, organization.name"
      " from membership"
      " join organization on organization.id = membership.organization_id"
      " join hub on hub.organization_id = organization.id"
      " where membership.user_id = $1 and membership.blocked = 0"
      " order by organization.name, hub.name, hub.id",
      {user});
  std::vector<pages::Place> places;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    places.push_back({rows.integer(row, 0), rows.integer(row, 1), std::string(rows.text(row, 2)),
                      std::string(rows.text(row, 3))});
  }
  return places;
}

Consent consent_for(sql::Reader& reader, const pages::Place& place, std::int64_t user,
                    const Manifest& manifest) {
  Consent consent;
  const sql::Rows rows = reader.query(
      "select scope.label, scope.description from scope"
      " join hub on hub.organization_id = scope.organization_id"
      " where hub.id = $1 and scope.value in_texts($2) order by scope.id",
      {place.hub, sql::Texts{manifest.scopes}});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    consent.scopes.push_back({std::string(rows.text(row, 0)), std::string(rows.text(row, 1))});
  }
  consent.unavailable = compose(reader, place.hub, user, manifest.requirements, {}).unavailable;
  return consent;
}

std::vector<std::string> declined_of(const Manifest& manifest, const std::vector<std::string>& unavailable,
                                     const std::vector<std::string>& used) {
  const auto contains = [](const std::vector<std::string>& keys, const std::string& key) {
    return std::ranges::find(keys, key) != keys.end();
  };
  std::vector<std::string> declined;
  for (const Requirement& requirement : manifest.requirements) {
    const bool was_offered = requirement.optional && !contains(unavailable, requirement.key);
    if (was_offered && !contains(used, requirement.key)) declined.push_back(requirement.key);
  }
  return declined;
}

bool lacks_required(const Manifest& manifest, const std::vector<std::string>& unavailable) {
  return std::ranges::any_of(manifest.requirements, [&](const Requirement& requirement) {
    return !requirement.optional && std::ranges::find(unavailable, requirement.key) != unavailable.end();
  });
}

}  // namespace lok
