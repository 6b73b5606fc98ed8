#include "services/mikro/registry.h"

#include "services/mikro/anchors/anchor.h"
#include "services/mikro/annotations/annotation.h"
#include "services/mikro/annotations/collection.h"
#include "services/mikro/datasets/array_dataset.h"
#include "services/mikro/files/file.h"
#include "services/mikro/files/file_link.h"
#include "services/mikro/files/unstructured_meta.h"
#include "services/mikro/folders/children.h"
#include "services/mikro/folders/contents.h"
#include "services/mikro/folders/folder.h"
#include "services/mikro/lenses/lens.h"
#include "services/mikro/lineage/lineage.h"
#include "services/mikro/people.h"
#include "services/mikro/permissions.h"
#include "services/mikro/plans/attribute_plan.h"
#include "services/mikro/spaces/coordinate_system.h"
#include "services/mikro/spaces/transformation.h"
#include "services/mikro/stores/store.h"
#include "services/mikro/tables/table_dataset.h"
#include "services/mikro/to_come.h"

namespace mikro {

entity::Registry make_registry(service::Stores& stores, Feed& feed) {
  entity::Registry registry;
  add_people(registry);
  add_permissions(registry);
  add_stores(registry, stores);
  add_folders(registry);
  add_folder_children(registry);
  add_folder_contents(registry, feed);
  add_files(registry, stores, feed);
  add_file_links(registry);
  add_array_datasets(registry, stores, feed);
  add_tables(registry, stores, feed);
  add_coordinate_systems(registry);
  add_transformations(registry);
  add_attribute_plans(registry);
  add_lenses(registry, feed);
  add_unstructured_meta(registry);
  add_anchors(registry);
  add_annotation_collections(registry, feed);
  add_annotations(registry, feed);
  lineage::add_lineage(registry);
  add_what_is_to_come(registry);
  return registry;
}

}  // namespace mikro
