#include "services/mikro/spaces/transform_input.h"

#include "base/json.h"

namespace mikro {
namespace {

// The schema's kinds are a part of the module's, in its order but for SEQUENCE, which nobody states.
space::Kind kind_of(schema::CreatableTransformKind kind) {
  using From = schema::CreatableTransformKind;
  switch (kind) {
    case From::kIdentity:
      return space::Kind::kIdentity;
    case From::kScale:
      return space::Kind::kScale;
    case From::kTranslation:
      return space::Kind::kTranslation;
    case From::kMapAxis:
      return space::Kind::kMapAxis;
    case From::kAffine:
      return space::Kind::kAffine;
    case From::kRotation:
      return space::Kind::kRotation;
    case From::kByDimension:
      return space::Kind::kByDimension;
    case From::kUnmappable:
      return space::Kind::kUnmappable;
  }
  return space::Kind::kUnmappable;
}

space::PartKind kind_of(schema::PartKind kind) {
  using From = schema::PartKind;
  switch (kind) {
    case From::kIdentity:
      return space::PartKind::kIdentity;
    case From::kScale:
      return space::PartKind::kScale;
    case From::kTranslation:
      return space::PartKind::kTranslation;
    case From::kAffine:
      return space::PartKind::kAffine;
    case From::kRotation:
      return space::PartKind::kRotation;
    case From::kField:
      return space::PartKind::kField;
  }
  return space::PartKind::kIdentity;
}

space::PartDraft draft_of(const schema::DimensionPartInput& in) {
  space::PartDraft draft;
  draft.kind = kind_of(in.kind);
  draft.input_axes = in.input_axes;
  draft.output_axes = in.output_axes;
  draft.scale = in.scale;
  draft.translation = in.translation;
  draft.affine = in.affine;
  if (in.field) {
    draft.field.emplace();
    draft.field->system = in.field->system.row("coordinate system");
    draft.field->unit = in.field->unit;
    draft.field->min = in.field->min;
    draft.field->max = in.field->max;
  }
  return draft;
}

space::TransformDraft draft_of(const schema::TransformInput& in) {
  space::TransformDraft draft;
  draft.kind = kind_of(in.kind);
  draft.scale = in.scale;
  draft.translation = in.translation;
  draft.affine = in.affine;
  draft.input_axes = in.input_axes;
  draft.output_axes = in.output_axes;
  draft.reason = in.reason;
  if (in.parts) {
    draft.parts.emplace();
    for (const schema::DimensionPartInput& part : *in.parts) draft.parts->push_back(draft_of(part));
  }
  return draft;
}

// The extent of an array's value axis says how many numbers each of its values has.
std::optional<std::int64_t> components_of(sql::Reader& reader, const SpaceRow& space) {
  const sql::Rows shapes = reader.query(
      "select shape from array_dataset where intrinsic_system_id = $1 union all"
      " select shape from data_array where coordinate_system_id = $1 union all"
      " select shape from lens where coordinate_system_id = $1 and shape is not null",
      {space.id});
  if (shapes.empty()) return std::nullopt;
  const base::Json shape = base::Json::parse(shapes.text(0, 0));
  for (std::size_t i = 0; i < space.axes.size() && i < shape.items().size(); ++i) {
    const space::AxisType type = space.axes[i].type;
    if (type == space::AxisType::kCoordinate || type == space::AxisType::kDisplacement) {
      return shape.items()[i].as_int64();
    }
  }
  return std::nullopt;
}

space::FieldLookup fields_in(sql::Reader& reader, std::int64_t organization) {
  return [&reader, organization](space::SpaceId id) -> std::optional<space::FieldSource> {
    const auto spaces = read_spaces(reader, organization, {{id}});
    // A shared space has no values.
    if (spaces.empty() || spaces.begin()->second.is_shared()) return std::nullopt;
    const SpaceRow& space = spaces.begin()->second;
    return space::FieldSource{space.axes, components_of(reader, space)};
  };
}

}  // namespace

space::Transform checked_transform(sql::Reader& reader, std::int64_t organization,
                                   const schema::TransformInput& in, const SpaceRow& input,
                                   const SpaceRow& output) {
  return rechecked_transform(reader, organization, space::stated(draft_of(in)), input, output);
}

space::Transform rechecked_transform(sql::Reader& reader, std::int64_t organization,
                                     space::Transform transform, const SpaceRow& input,
                                     const SpaceRow& output) {
  return space::checked(std::move(transform), input.view(), output.view(), fields_in(reader, organization));
}

}  // namespace mikro
