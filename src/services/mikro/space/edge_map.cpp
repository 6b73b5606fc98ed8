#include "services/mikro/space/edge_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "services/mikro/space/unit.h"

namespace mikro::space {
namespace {

Matrix diagonal(const std::vector<double>& scale) {
  Matrix result = Matrix::identity(scale.size() + 1);
  for (std::size_t i = 0; i < scale.size(); ++i) result.at(i, i) = scale[i];
  return result;
}

Matrix translated(const std::vector<double>& translation) {
  Matrix result = Matrix::identity(translation.size() + 1);
  for (std::size_t i = 0; i < translation.size(); ++i) result.at(i, translation.size()) = translation[i];
  return result;
}

Matrix matrix_of_step(const Step& step, std::size_t rank) {
  switch (step.kind) {
    case Kind::kScale:
      return diagonal(step.scale);
    case Kind::kTranslation:
      return translated(step.translation);
    case Kind::kAffine:
    case Kind::kRotation:
      return homogeneous(step.affine, rank);
    default:
      return Matrix::identity(rank + 1);
  }
}

/// A homogeneous matrix takes one less rank than it has rows and columns.
bool takes(const Matrix& matrix, std::size_t rank) { return matrix.columns() == rank + 1; }

Matrix matrix_of_sequence(const Transform& transform, std::size_t rank) {
  Matrix result = Matrix::identity(rank + 1);
  for (const Step& step : transform.steps) {
    const Matrix next = matrix_of_step(step, result.rows() - 1);
    if (!takes(next, result.rows() - 1)) return Matrix();
    result = product(next, result);
  }
  return result;
}

Matrix matrix_of_axis_map(const Transform& transform, std::span<const Axis> input,
                          std::span<const Axis> output) {
  Matrix result(output.size() + 1, input.size() + 1);
  result.at(output.size(), input.size()) = 1.0;
  for (std::size_t i = 0; i < std::min(transform.input_axes.size(), transform.output_axes.size()); ++i) {
    const auto from = index_of(input, transform.input_axes[i]);
    const auto to = index_of(output, transform.output_axes[i]);
    if (!from || !to) return Matrix();
    result.at(*to, *from) = 1.0;
  }
  return result;
}

Matrix matrix_of_part(const Part& part) {
  switch (part.kind) {
    case PartKind::kScale:
      return diagonal(part.scale);
    case PartKind::kTranslation:
      return translated(part.translation);
    case PartKind::kAffine:
    case PartKind::kRotation:
      return homogeneous(part.affine, part.input_axes.size());
    default:
      return Matrix();
  }
}

Matrix inverted(const Hop& hop, const Matrix& matrix) {
  if (!matrix.square()) refuse_hop(hop, "it changes the number of axes and cannot be walked backwards");
  std::optional<Matrix> result = inverse(matrix);
  if (!result) refuse_hop(hop, "it is singular and cannot be walked backwards");
  return *std::move(result);
}

/// An edge with one matrix over all axes.
std::vector<EdgeRow> rows_of_whole(const Hop& hop) {
  Matrix matrix = matrix_of(*hop.transform, hop.input, hop.output);
  if (matrix.rows() != hop.output.size() + 1 || matrix.columns() != hop.input.size() + 1) {
    refuse_hop(hop, fmt::format("its parameters do not fit its systems' axes {} and {}", names_of(hop.input),
                                names_of(hop.output)));
  }
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < hop.output.size(); ++i) {
    if (hop.transform->kind == Kind::kIdentity && hop.input[i].name == hop.output[i].name) {
      const std::optional<double> factor = pass_through_factor(hop.input[i].unit, hop.output[i].unit);
      if (!factor) continue;  // without a conversion the axis does not pass through
      matrix.at(i, i) = *factor;
    }
    kept.push_back(i);
  }
  if (hop.inverted) {
    if (kept.size() != hop.output.size()) refuse_hop(hop, "units of its axes do not convert into each other");
    matrix = inverted(hop, matrix);
  }
  std::vector<EdgeRow> result;
  for (const std::size_t i : kept) {
    result.push_back({i, std::vector<double>(matrix.row(i), matrix.row(i) + matrix.columns())});
  }
  return result;
}

/// Collects the rows that the parts of a BY_DIMENSION state, in the order of the hop.
class PartRows {
 public:
  explicit PartRows(const Hop& hop) : hop_(hop), source_(hop.source()), target_(hop.target()) {}

  void add(const Part& part) {
    if (part.kind == PartKind::kField) return add_field(part);
    const auto& from = hop_.inverted ? part.output_axes : part.input_axes;
    const auto& to = hop_.inverted ? part.input_axes : part.output_axes;
    if (part.kind == PartKind::kIdentity) return add_identity(from, to);
    Matrix block = matrix_of_part(part);
    if (block.rows() != part.output_axes.size() + 1 || block.columns() != part.input_axes.size() + 1) {
      refuse_hop(hop_,
                 fmt::format("the numbers of its {} part do not fit its axes {} and {}", to_text(part.kind),
                             names_of(part.input_axes), names_of(part.output_axes)));
    }
    if (hop_.inverted) block = inverted(hop_, block);
    for (std::size_t i = 0; i < to.size(); ++i) {
      std::vector<double> row = empty_row();
      for (std::size_t j = 0; j < from.size(); ++j) row[source_index(from[j])] = block.at(i, j);
      row.back() = block.at(i, from.size());
      rows_.push_back({target_index(to[i]), std::move(row)});
    }
  }

  std::vector<EdgeRow> in_target_order() && {
    std::sort(rows_.begin(), rows_.end(),
              [](const EdgeRow& a, const EdgeRow& b) { return a.target < b.target; });
    return std::move(rows_);
  }

 private:
  void add_identity(std::span<const std::string> from, std::span<const std::string> to) {
    for (std::size_t i = 0; i < std::min(from.size(), to.size()); ++i) {
      const std::size_t source = source_index(from[i]);
      const std::size_t target = target_index(to[i]);
      const std::optional<double> factor = pass_through_factor(source_[source].unit, target_[target].unit);
      if (!factor) continue;
      std::vector<double> row = empty_row();
      row[source] = *factor;
      rows_.push_back({target, std::move(row)});
    }
  }

  void add_field(const Part& part) {
    if (hop_.inverted) {
      refuse_hop(hop_, fmt::format("it reads {} from an array and is walked forwards only",
                                   names_of(part.output_axes)));
    }
    if (part.field->dereference) {
      refuse_hop(hop_, fmt::format("it is a key: its values are ids along {} and place nothing",
                                   names_of(part.output_axes)));
    }
    for (std::size_t i = 0; i < part.output_axes.size(); ++i) {
      rows_.push_back({target_index(part.output_axes[i]), FieldRow{&part, i}});
    }
  }

  std::vector<double> empty_row() const { return std::vector<double>(source_.size() + 1, 0.0); }
  std::size_t source_index(std::string_view name) const { return index_in(source_, name); }
  std::size_t target_index(std::string_view name) const { return index_in(target_, name); }
  std::size_t index_in(std::span<const Axis> axes, std::string_view name) const {
    const std::optional<std::size_t> index = index_of(axes, name);
    if (!index)
      refuse_hop(hop_, fmt::format("it names an axis '{}' that is not among {}", name, names_of(axes)));
    return *index;
  }

  const Hop& hop_;
  std::span<const Axis> source_;
  std::span<const Axis> target_;
  std::vector<EdgeRow> rows_;
};

}  // namespace

Matrix matrix_of(const Transform& transform, std::span<const Axis> input, std::span<const Axis> output) {
  switch (transform.kind) {
    case Kind::kIdentity:
      return Matrix::identity(input.size() + 1);
    case Kind::kScale:
      return diagonal(transform.scale);
    case Kind::kTranslation:
      return translated(transform.translation);
    case Kind::kAffine:
    case Kind::kRotation:
      return homogeneous(transform.affine, input.size());
    case Kind::kMapAxis:
      return matrix_of_axis_map(transform, input, output);
    case Kind::kSequence:
      return matrix_of_sequence(transform, input.size());
    case Kind::kByDimension:
    case Kind::kUnmappable:
      break;
  }
  return Matrix();
}

std::vector<EdgeRow> edge_rows(const Hop& hop) {
  if (hop.transform->kind == Kind::kUnmappable)
    refuse_hop(hop, "it declares that no point corresponds to another");
  if (hop.transform->kind != Kind::kByDimension) return rows_of_whole(hop);
  PartRows rows(hop);
  for (const Part& part : hop.transform->parts) rows.add(part);
  return std::move(rows).in_target_order();
}

void refuse_hop(const Hop& hop, std::string_view why) {
  throw base::Error(base::code::kValidation, "Transformation {} ({}) does not compose: {}.", hop.id,
                    to_text(hop.transform->kind), why);
}

}  // namespace mikro::space
