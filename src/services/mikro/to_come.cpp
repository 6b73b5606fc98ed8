#include "services/mikro/to_come.h"

#include "base/error.h"

namespace mikro {

void add_what_is_to_come(entity::Registry& registry) {
  for (const std::string_view name : {
           "ArrayDatasetFilter.scene",
           "ArrayDatasetFilter.hasDefaultScene",
           "AnnotationCollectionFilter.scene",
           "CoordinateAnchorFilter.sparse",
           "CoordinateSystemFilter.scene",
           "LensFilter.sparseSpec",
           "LensFilter.sparseDataset",
           "LensFilter.meshCollection",
           "LensFilter.networkCollection",
           "LensFilter.fixture",
       }) {
    registry.predicates.emplace(
        name,
        [name](entity::SqlText&, const std::string&, const base::Json&, const entity::Call&) -> std::string {
          throw base::Error(base::code::kNotImplemented, "The filter {} is not built yet.", name);
        });
  }
}

}  // namespace mikro
