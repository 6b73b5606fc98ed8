#include "services/mikro/spaces/registration.h"

#include "base/error.h"
#include "services/mikro/spaces/containers.h"
#include "services/mikro/spaces/derivation.h"
#include "services/mikro/spaces/transform_input.h"

namespace mikro {
namespace {

using base::Error;
namespace code = base::code;

bool is_key(const space::Transform& transform) {
  for (const space::Part& part : transform.parts) {
    if (part.field && part.field->dereference) return true;
  }
  return false;
}

// A thing's own space speaks for the thing; its levels and lenses are only parts of it.
bool speaks_for_a_thing(const SpaceRow& space) {
  return space.use == SpaceUse::kGrid || space.use == SpaceUse::kCollection;
}

EdgeRole role_of(sql::Reader& reader, const SpaceRow& input, const SpaceRow& output,
                 const space::Transform& transform) {
  if (is_key(transform)) return EdgeRole::kKey;
  if (!speaks_for_a_thing(input) || output.is_shared()) return EdgeRole::kRegistration;
  const auto owners = owners_of(reader, {{input.id, output.id}});
  const auto from = owners.find(input.id);
  const auto to = owners.find(output.id);
  const bool is_other = from != owners.end() && to != owners.end() &&
                        (from->second.type != to->second.type || from->second.id != to->second.id);
  return is_other ? EdgeRole::kDerivation : EdgeRole::kRegistration;
}

std::int64_t next_rank(sql::Reader& reader, std::int64_t input) {
  return reader
      .query(
          "select coalesce(max(rank), -1) + 1 from transformation where input_id = $1 and role = "
          "'DERIVATION'",
          {input})
      .integer(0, 0);
}

}  // namespace

std::int64_t write_claim(sql::Writer& writer, const Maker& maker, const SpaceRow& input,
                         const SpaceRow& output, const Claim& claim) {
  if (input.id == output.id) {
    throw Error(code::kValidation, "'{}' needs no transformation into itself; name two coordinate systems.",
                input.name);
  }
  NewEdge edge;
  edge.input = input.id;
  edge.output = output.id;
  edge.transform = checked_transform(writer, maker.organization, *claim.transform, input, output);
  edge.role = role_of(writer, input, output, edge.transform);
  if (claim.selector) space::check_selector(*claim.selector, input.view());
  if (claim.value_relation && edge.role != EdgeRole::kDerivation) {
    throw Error(code::kValidation,
                "`valueRelation` says what a computation did to values, but '{}' was not computed from "
                "anything by being placed in '{}'. Leave it out.",
                input.name, output.name);
  }
  edge.input_axes = input.axes;
  edge.output_axes = output.axes;
  edge.validity = claim.validity ? validity_from(entity::text_of(*claim.validity)) : space::Validity::kManual;
  edge.name = claim.name;
  edge.selector = claim.selector;
  if (claim.value_relation) edge.value_relation = std::string(entity::text_of(*claim.value_relation));
  if (edge.role == EdgeRole::kDerivation) edge.rank = next_rank(writer, input.id);
  const std::int64_t id = insert_edge(writer, maker, edge);
  if (edge.role == EdgeRole::kDerivation) restore_value_kinds(writer, {{input.id}});
  return id;
}

}  // namespace mikro
