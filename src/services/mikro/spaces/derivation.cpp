#include "services/mikro/spaces/derivation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "services/mikro/history.h"
#include "services/mikro/spaces/containers.h"
#include "services/mikro/spaces/transform_input.h"

namespace mikro {
namespace {

using base::Error;
using entity::Id;
using schema::DerivationSourceKind;
using schema::DerivedFromInput;
namespace code = base::code;

// Each is looked up and written by itself.
constexpr std::size_t kMostSources = 256;

// The input field that each kind reads.
std::string_view field_of(DerivationSourceKind kind) {
  switch (kind) {
    case DerivationSourceKind::kLens:
      return "lens";
    case DerivationSourceKind::kDataset:
      return "dataset";
    case DerivationSourceKind::kTableDataset:
      return "tableDataset";
    case DerivationSourceKind::kMeshCollection:
      return "meshCollection";
    case DerivationSourceKind::kAnnotationCollection:
      return "annotationCollection";
    case DerivationSourceKind::kAnnotation:
      return "annotation";
    case DerivationSourceKind::kCoordinateSystem:
      return "coordinateSystem";
  }
  return "";
}

NamedSources named_in(const DerivedFromInput& in) {
  return {{"lens", in.lens},
          {"dataset", in.dataset},
          {"tableDataset", in.table_dataset},
          {"meshCollection", in.mesh_collection},
          {"annotationCollection", in.annotation_collection},
          {"annotation", in.annotation},
          {"coordinateSystem", in.coordinate_system}};
}

void check_fields(const DerivedFromInput& in, std::string_view wanted) {
  for (const auto& [field, id] : named_in(in)) {
    if (field == wanted && !id) {
      throw Error(code::kValidation, "A `derivedFrom` entry of kind {} requires `{}`.",
                  entity::text_of(in.kind), wanted);
    }
    if (field != wanted && id) {
      throw Error(code::kValidation, "A `derivedFrom` entry of kind {} reads `{}` only; leave out `{}`.",
                  entity::text_of(in.kind), wanted, field);
    }
  }
}

Source find_lens(sql::Reader& reader, std::int64_t organization, const Id& id) {
  const std::int64_t lens = id.row("lens");
  const sql::Rows row = reader.query(
      fmt::format("select l.coordinate_system_id, l.kind, {}, {} from lens l where l.id = $1 and "
                  "l.organization_id = $2",
                  of_lensed("name", "l"), of_lensed("folder_id", "l")),
      {lens, organization});
  if (row.empty() || row.is_null(0, 0)) throw Error(code::kNotFound, "No lens with the id {}.", id.text);
  if (row.text(0, 1) == "NETWORK" || row.text(0, 1) == "SPARSE") {
    throw Error(code::kValidation, "Nothing is derived from a {} lens: name what it was itself derived from.",
                row.text(0, 1));
  }
  Source source{row.integer(0, 0), nullptr, lens, {}, {}, {}};
  if (!row.is_null(0, 2)) source.name = row.text(0, 2);
  if (!row.is_null(0, 3)) source.folder = row.integer(0, 3);
  return source;
}

Source source_of(sql::Reader& reader, std::int64_t organization, const DerivedFromInput& in) {
  check_fields(in, field_of(in.kind));
  if (in.kind == DerivationSourceKind::kLens) return find_lens(reader, organization, *in.lens);
  return find_source(reader, organization, named_in(in));
}

space::Transform unmappable() {
  space::Transform transform;
  transform.kind = space::Kind::kUnmappable;
  return transform;
}

}  // namespace

Derivations::Derivations(sql::Reader& reader, std::int64_t organization,
                         const std::optional<std::vector<DerivedFromInput>>& entries, const SpaceRow& own) {
  if (!entries) return;
  if (entries->size() > kMostSources) {
    throw Error(code::kValidation, "`derivedFrom` names {} sources; one thing has {} at most.",
                entries->size(), kMostSources);
  }
  for (const DerivedFromInput& in : *entries) {
    const Source source = source_of(reader, organization, in);
    // Two shapes of one collection are two sources.
    const bool is_known = std::any_of(edges_.begin(), edges_.end(), [&](const NewEdge& edge) {
      return edge.output == source.space && edge.annotation == source.annotation;
    });
    if (is_known) {
      throw Error(code::kValidation,
                  "`derivedFrom` names the space {} twice: a dataset and its whole lens are the same source.",
                  source.space);
    }
    const SpaceRow output = read_space(reader, organization, source.space);
    NewEdge edge;
    edge.output = source.space;
    edge.transform =
        in.transform ? checked_transform(reader, organization, *in.transform, own, output) : unmappable();
    edge.input_axes = own.axes;
    edge.output_axes = output.axes;
    edge.validity = space::Validity::kManual;
    edge.role = EdgeRole::kDerivation;
    edge.annotation = source.annotation;
    edge.rank = static_cast<std::int64_t>(edges_.size());
    if (in.value_relation) edge.value_relation = std::string(entity::text_of(*in.value_relation));
    if (edges_.empty()) folder_ = source.folder;
    edges_.push_back(std::move(edge));
  }
  std::vector<space::Kind> kinds;
  for (const NewEdge& edge : edges_) kinds.push_back(edge.transform.kind);
  space::check_derivation_order(kinds);
}

bool Derivations::is_categorized() const {
  return !edges_.empty() && edges_.front().value_relation == "CATEGORIZED";
}

void Derivations::write(sql::Writer& writer, const Maker& maker, std::int64_t space) const {
  for (NewEdge edge : edges_) {
    edge.input = space;
    insert_edge(writer, maker, edge);
  }
}

void restore_value_kinds(sql::Writer& writer, const sql::Ids& spaces) {
  if (spaces.values.empty()) return;
  writer.execute(
      "update array_dataset set value_kind = case when (select e.value_relation from transformation e"
      " where e.input_id = array_dataset.intrinsic_system_id and e.role = 'DERIVATION'"
      " order by e.rank, e.id limit 1) = 'CATEGORIZED' then 'categorical' end"
      " where intrinsic_system_id in_ids($1)",
      {spaces});
  writer.execute(
      "update lens set value_kind = (select d.value_kind from array_dataset d where d.id = lens.dataset_id)"
      " where dataset_id in (select id from array_dataset where intrinsic_system_id in_ids($1))",
      {spaces});
}

void delete_edges(sql::Writer& writer, const Maker& maker, const sql::Ids& edges) {
  const sql::Rows rows =
      writer.query("select input_id, role from transformation where id in_ids($1)", {edges});
  record_all(writer, maker, "Transformation", "transformation", edges, Change::kDelete);
  sql::Ids children;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows.text(row, 1) == "DERIVATION") children.values.push_back(rows.integer(row, 0));
  }
  writer.execute("delete from transformation where id in_ids($1)", {edges});
  restore_value_kinds(writer, children);
}

void delete_spaces(sql::Writer& writer, const Maker& maker, const sql::Ids& spaces) {
  const sql::Rows rows = writer.query(
      "select id from transformation where input_id in_ids($1) union"
      " select id from transformation where output_id in_ids($1) union"
      " select transformation_id from transformation_field where system_id in_ids($1)",
      {spaces});
  sql::Ids edges;
  for (std::size_t row = 0; row < rows.size(); ++row) edges.values.push_back(rows.integer(row, 0));
  delete_edges(writer, maker, edges);
  writer.execute("delete from coordinate_system where id in_ids($1)", {spaces});
}

}  // namespace mikro
