#include "services/mikro/data_kinds.h"

#include <algorithm>
#include <array>

namespace mikro {
namespace {

constexpr std::array kKinds{
    DataKind{
        .type = "Folder",
        .value = "FOLDER",
        .argument = "folder",
        .noun = "folder",
        .table = "folder",
        .is_described = true,
        .folder = "parent_id",
    },
    DataKind{
        .type = "File",
        .value = "FILE",
        .argument = "file",
        .noun = "file",
        .table = "file",
        .folder = "folder_id",
        .topic = "files",
        .moved = "moved",
    },
    DataKind{
        .type = "ArrayDataset",
        .value = "DATASET",
        .argument = "dataset",
        .noun = "dataset",
        .table = "array_dataset",
        .is_described = true,
        .folder = "folder_id",
        .topic = "array-datasets",
        .moved = "update",
        .space = "intrinsic_system_id",
        .lens = "dataset_id",
        .lens_kind = "ARRAY",
        .link = "dataset_id",
    },
    DataKind{
        .type = "TableDataset",
        .value = "TABLE_DATASET",
        .argument = "tableDataset",
        .noun = "table",
        .table = "table_dataset",
        .is_described = true,
        .folder = "folder_id",
        .topic = "table-datasets",
        .moved = "update",
        .space = "coordinate_system_id",
        .lens = "table_dataset_id",
        .lens_kind = "TABLE",
        .link = "table_dataset_id",
    },
    DataKind{
        .type = "SparseDataset",
        .value = "SPARSE_DATASET",
        .argument = "sparseDataset",
        .noun = "sparse dataset",
    },
    DataKind{
        .type = "MeshCollection",
        .value = "MESH_COLLECTION",
        .argument = "meshCollection",
        .noun = "mesh collection",
    },
    DataKind{
        .type = "NetworkCollection",
        .value = "NETWORK_COLLECTION",
        .argument = "networkCollection",
        .noun = "network collection",
    },
    DataKind{
        .type = "AnnotationCollection",
        .value = "ANNOTATION_COLLECTION",
        .argument = "annotationCollection",
        .noun = "annotation collection",
        .table = "annotation_collection",
        .is_described = true,
        .folder = "folder_id",
        .space = "coordinate_system_id",
        .lens = "annotation_collection_id",
        .lens_kind = "ANNOTATION",
        .link = "annotation_collection_id",
    },
    DataKind{.type = "Fixture", .value = "FIXTURE", .argument = "fixture", .noun = "fixture"},
};

template <class Range>
const DataKind* find_in(Range&& kinds, std::string_view DataKind::* member, std::string_view wanted) {
  const auto found =
      std::ranges::find_if(kinds, [&](const DataKind& kind) { return kind.*member == wanted; });
  return found == kinds.end() ? nullptr : &*found;
}

}  // namespace

std::span<const DataKind> data_kinds() { return kKinds; }

const DataKind* kind_of_type(std::string_view type) { return find_in(kKinds, &DataKind::type, type); }

const DataKind* kind_of_value(std::string_view value) { return find_in(kKinds, &DataKind::value, value); }

const Container* container_called(std::string_view argument) {
  return find_in(containers(), &DataKind::argument, argument);
}

const Container* container_of_lenses(std::string_view lens_kind) {
  return find_in(containers(), &DataKind::lens_kind, lens_kind);
}

}  // namespace mikro
