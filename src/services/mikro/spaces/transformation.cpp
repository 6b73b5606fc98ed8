#include "services/mikro/spaces/transformation.h"

#include "base/error.h"
#include "services/mikro/descriptors/descriptors.h"
#include "services/mikro/history.h"
#include "services/mikro/schema/transformation.h"
#include "services/mikro/spaces/derivation.h"
#include "services/mikro/spaces/registration.h"
#include "services/mikro/spaces/transform_input.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::Call;
namespace code = base::code;

constexpr std::string_view kType = "Transformation";

std::int64_t create(Call& call, const schema::CreateTransformationInput& in) {
  const Maker maker = maker_of(call);
  const std::int64_t input = in.input.row("coordinate system");
  const std::int64_t output = in.output.row("coordinate system");
  Claim claim{&in.transform, in.name, in.validity, in.value_relation, {}};
  if (in.selector) claim.selector = space::Selector{in.selector->axis, in.selector->index};
  std::int64_t id = 0;
  call.database->write([&](sql::Writer& writer) {
    id = write_claim(writer, maker, read_space(writer, maker.organization, input),
                     read_space(writer, maker.organization, output), claim);
  });
  return id;
}

bool is_derived_by_us(const EdgeRow& row) {
  return row.role == EdgeRole::kLevel || row.role == EdgeRole::kLens;
}

void check_is_theirs(const EdgeRow& row, std::string_view act) {
  if (!is_derived_by_us(row)) return;
  throw Error(code::kValidation,
              "The transformation {} follows from the shapes of a pyramid or the slices of a lens and cannot "
              "be {}.",
              row.edge.id, act);
}

space::Refinement refinement_of(const schema::UpdateTransformationInput& in) {
  return {in.part, in.scale, in.translation, in.affine};
}

Json text_json(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

// Every entry in the history makes a new version, a rename included.
std::int64_t update(Call& call, const schema::UpdateTransformationInput& in) {
  const Maker maker = maker_of(call);
  const std::int64_t id = in.id.row("transformation");
  const space::Refinement refinement = refinement_of(in);
  call.database->write([&](sql::Writer& writer) {
    // Whoever refines another part at the same time waits here: all parts are one column.
    writer.execute("update transformation set version = version where id = $1 and organization_id = $2",
                   {id, maker.organization});
    const EdgeRow row = read_edge(writer, maker.organization, id);
    Changes changes;
    if (in.name) changes.add("name", text_json(row.name), *in.name);
    if (in.validity) {
      check_is_theirs(row, "judged by hand");
      changes.add("validity", space::to_text(row.edge.validity), entity::text_of(*in.validity));
    }
    if (!refinement.empty()) {
      check_is_theirs(row, "refined");
      const auto spaces = read_spaces(writer, maker.organization, {{row.edge.input, row.edge.output}});
      const space::Transform refined =
          rechecked_transform(writer, maker.organization, space::refined(row.edge.transform, refinement),
                              spaces.at(row.edge.input), spaces.at(row.edge.output));
      const Json before = parameters_json(row.edge.transform);
      const Json after = parameters_json(refined);
      for (const auto& [field, value] : after.members()) changes.add(field, before[field], value);
      update_parameters(writer, id, refined);
    }
    if (changes.empty()) return;
    const sql::Value null = std::monostate();
    writer.execute(
        "update transformation set name = coalesce($2, name), validity = coalesce($3, validity),"
        " version = version + 1 where id = $1",
        {id, in.name ? sql::Value(*in.name) : null,
         in.validity ? sql::Value(std::string(entity::text_of(*in.validity))) : null});
    record(writer, maker, kType, id, Change::kUpdate, changes);
  });
  return id;
}

Json remove(Call& call, const schema::DeleteTransformationInput& in) {
  const Maker maker = maker_of(call);
  call.database->write([&](sql::Writer& writer) {
    const EdgeRow row = read_edge(writer, maker.organization, in.id.row("transformation"));
    check_is_theirs(row, "deleted");
    expect_may_delete(writer, call, "transformation", row.edge.id, "transformation");
    delete_edges(writer, maker, {{row.edge.id}});
  });
  return in.id.text;
}

}  // namespace

void add_transformations(entity::Registry& registry) {
  namespace mutation = schema::mutation;
  using schema::TransformationFilter;
  registry.on(mutation::kCreateTransformation, create);
  registry.on(mutation::kUpdateTransformation, update);
  registry.on(mutation::kDeleteTransformation, remove);
  add_owner_filters<TransformationFilter>(registry);
  registry.on(TransformationFilter::kRequires, Descriptors("Transformations", {}));
}

}  // namespace mikro
