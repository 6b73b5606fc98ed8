#include "services/mikro/lineage/places.h"

#include <fmt/format.h>

namespace mikro::lineage {
namespace {

// The least of sums rather than of ids: for the least id PostgreSQL may walk the primary key until it meets
// the space.
std::string first_in(const std::vector<Place>& all, std::string_view space) {
  std::string text;
  for (const Place& place : all) {
    text += fmt::format("{}(select min({}) from {} c where c.{} = {}{})", text.empty() ? "" : ", ",
                        code_text(place.kind, fmt::format("c.{}", place.id)), place.table, place.space, space,
                        place.only);
  }
  return "coalesce(" + text + ")";
}

}  // namespace

std::vector<Place> own_places() {
  std::vector<Place> all;
  for (const Container& kind : containers()) all.push_back({kind_of(kind), kind.table, "id", kind.space});
  return all;
}

std::vector<Place> places() {
  std::vector<Place> all = own_places();
  all.push_back({Kind::kDataset, "data_array", "dataset_id", "coordinate_system_id", " and c.level > 0"});
  all.push_back({Kind::kDataset, "lens", "dataset_id", "coordinate_system_id", " and c.selection <> ''"});
  return all;
}

std::string code_text(Kind kind, std::string_view id) { return fmt::format("{} + {}", base_of(kind), id); }

std::string owner_text(std::string_view space) { return first_in(places(), space); }

std::string own_text(std::string_view space) { return first_in(own_places(), space); }

std::string crop_text(std::string_view space) {
  return fmt::format(
      "(select min(l.id) from lens l where l.coordinate_system_id = {} and l.kind = 'ARRAY'"
      " and l.selection <> '')",
      space);
}

}  // namespace mikro::lineage
