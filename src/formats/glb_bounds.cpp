#include <algorithm>
#include <cmath>

#include "formats/glb_parts.h"
#include "formats/json_document.h"

namespace formats {
namespace {

using base::Json;

/// A few nodes can place a mesh of many primitives many times; each placement costs eight corners.
constexpr std::size_t kMaxBoxes = 1'000'000;

template <std::size_t N>
using Numbers = std::array<double, N>;

template <std::size_t N>
Numbers<N> numbers(const Json& list, std::string_view what) {
  Numbers<N> result{};
  const bool right_size = list.is_array() && list.items().size() == N;
  for (std::size_t index = 0; right_size && index < N; ++index) {
    result[index] = list.items()[index].as_double().value_or(NAN);
  }
  const bool finite =
      std::all_of(result.begin(), result.end(), [](double number) { return std::isfinite(number); });
  if (!right_size || !finite) {
    refuse_model(refusal::kBadStructure, "{} must be {} numbers, not {}.", what, N, shown(list));
  }
  return result;
}

template <std::size_t N>
Numbers<N> numbers_or(const Json& list, const Numbers<N>& otherwise, std::string_view what) {
  return list.is_null() ? otherwise : numbers<N>(list, what);
}

/// Where a node's own coordinates lie in another frame: 3 rows, the last column the translation.
struct Placement {
  std::array<Numbers<4>, 3> rows = {{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}};

  Numbers<3> operator()(const Numbers<3>& point) const {
    Numbers<3> moved{};
    for (std::size_t row = 0; row < 3; ++row) {
      moved[row] = rows[row][0] * point[0] + rows[row][1] * point[1] + rows[row][2] * point[2] + rows[row][3];
    }
    return moved;
  }
};

/// `inner` first, then `outer`.
Placement composed(const Placement& outer, const Placement& inner) {
  Placement result;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 4; ++column) {
      double sum = column == 3 ? outer.rows[row][3] : 0;
      for (std::size_t k = 0; k < 3; ++k) sum += outer.rows[row][k] * inner.rows[k][column];
      result.rows[row][column] = sum;
    }
  }
  return result;
}

/// A matrix is stored column by column. Otherwise scale, then rotation by a unit quaternion, then
/// translation.
Placement placement_of(const Json& node) {
  Placement placement;
  if (!node["matrix"].is_null()) {
    const Numbers<16> matrix = numbers<16>(node["matrix"], "A node's matrix");
    for (std::size_t row = 0; row < 3; ++row) {
      for (std::size_t column = 0; column < 4; ++column)
        placement.rows[row][column] = matrix[column * 4 + row];
    }
    return placement;
  }
  const auto [x, y, z, w] = numbers_or<4>(node["rotation"], {0, 0, 0, 1}, "A node's rotation");
  const Numbers<3> scale = numbers_or<3>(node["scale"], {1, 1, 1}, "A node's scale");
  const Numbers<3> translation = numbers_or<3>(node["translation"], {0, 0, 0}, "A node's translation");
  const std::array<Numbers<3>, 3> rotation = {
      {{1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)},
       {2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)},
       {2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)}}};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      placement.rows[row][column] = rotation[row][column] * scale[column];
    }
    placement.rows[row][3] = translation[row];
  }
  return placement;
}

/// What a stored integer is multiplied by where it stands for a fraction, and the smallest value it can have.
struct Fraction {
  double step = 1;
  double smallest = -INFINITY;
};

Fraction fraction_of(const Json& accessor) {
  const Json& normalized = accessor["normalized"];
  if (!normalized.is_bool() || !normalized.as_bool()) return {};
  switch (accessor["componentType"].as_int64().value_or(0)) {
    case 5120:
      return {.step = 1 / 127.0, .smallest = -1};
    case 5121:
      return {.step = 1 / 255.0, .smallest = 0};
    case 5122:
      return {.step = 1 / 32767.0, .smallest = -1};
    case 5123:
      return {.step = 1 / 65535.0, .smallest = 0};
    default:
      return {};
  }
}

/// The box an accessor declares, in the mesh's coordinates.
std::optional<GlbBounds> declared_box(const Json& accessor) {
  if (accessor["min"].is_null() || accessor["max"].is_null()) return std::nullopt;
  GlbBounds box{.min = numbers<3>(accessor["min"], "The min of positions"),
                .max = numbers<3>(accessor["max"], "The max of positions")};
  const Fraction fraction = fraction_of(accessor);
  for (std::array<double, 3>* corner : {&box.min, &box.max}) {
    for (double& number : *corner) number = std::max(number * fraction.step, fraction.smallest);
  }
  return box;
}

class SceneBounds {
 public:
  explicit SceneBounds(const Json& document)
      : nodes_(model_items(document, "nodes")),
        meshes_(model_items(document, "meshes")),
        scenes_(model_items(document, "scenes")),
        scene_(document["scene"]),
        mesh_boxes_(meshes_.size()) {
    for (const Json& accessor : model_items(document, "accessors"))
      accessors_.push_back({.json = &accessor, .box = {}});
  }

  std::optional<GlbBounds> measure() {
    check_trees();
    if (scenes_.empty() && scene_.is_null()) return std::nullopt;
    const std::size_t which = scene_.is_null() ? 0 : model_index(scenes_.size(), scene_, "The default scene");
    std::vector<Step> steps;
    for (const std::size_t root : indices(scenes_[which]["nodes"], "A scene")) {
      if (has_parent_[root] || listed_[root]) {
        refuse_model(refusal::kBadStructure, "A scene must list nodes without parents, each once.");
      }
      listed_[root] = true;
      steps.push_back({.node = root, .parent = {}});
    }
    // `steps` grows while it is walked. The nodes are trees, so each of them comes once.
    for (std::size_t at = 0; at < steps.size(); ++at) {
      const Json& node = nodes_[steps[at].node];
      const Placement placement = composed(steps[at].parent, placement_of(node));
      if (!node["mesh"].is_null()) add_mesh(model_index(meshes_.size(), node["mesh"], "A node"), placement);
      for (const std::size_t child : indices(node["children"], "A node")) {
        steps.push_back({.node = child, .parent = placement});
      }
    }
    return bounds_;
  }

 private:
  struct Step {
    std::size_t node;
    Placement parent;
  };
  struct Accessor {
    const Json* json;  ///< null once it was read
    std::optional<GlbBounds> box;
  };

  std::vector<std::size_t> indices(const Json& list, std::string_view what) const {
    std::vector<std::size_t> result;
    if (list.is_null()) return result;
    if (!list.is_array()) refuse_model(refusal::kBadStructure, "{}'s nodes must be a list.", what);
    for (const Json& index : list.items()) {
      result.push_back(model_index(nodes_.size(), index, what));
    }
    return result;
  }

  /// A node has at most one parent, and none is below itself.
  void check_trees() {
    has_parent_.assign(nodes_.size(), false);
    listed_.assign(nodes_.size(), false);
    for (const Json& node : nodes_) {
      for (const std::size_t child : indices(node["children"], "A node")) {
        if (has_parent_[child]) {
          refuse_model(refusal::kBadStructure, "nodes[{}] is a child of two nodes; nodes must form trees.",
                       child);
        }
        has_parent_[child] = true;
      }
    }
    std::vector<std::size_t> reached;
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
      if (!has_parent_[node]) reached.push_back(node);
    }
    for (std::size_t at = 0; at < reached.size(); ++at) {
      const std::vector<std::size_t> children = indices(nodes_[reached[at]]["children"], "A node");
      reached.insert(reached.end(), children.begin(), children.end());
    }
    if (reached.size() != nodes_.size()) {
      refuse_model(refusal::kBadStructure, "Some nodes are below themselves; nodes must form trees.");
    }
  }

  void add_mesh(std::size_t mesh, const Placement& placement) {
    if (!mesh_boxes_[mesh]) mesh_boxes_[mesh] = boxes_of(meshes_[mesh]);
    boxes_ += mesh_boxes_[mesh]->size();
    if (boxes_ > kMaxBoxes) {
      refuse_model(refusal::kOverBudget, "The model places more than {} parts of meshes. Simplify it.",
                   kMaxBoxes);
    }
    for (const GlbBounds& box : *mesh_boxes_[mesh]) add_corners(box, placement);
  }

  /// Of all its primitives that declare one.
  std::vector<GlbBounds> boxes_of(const Json& mesh) {
    std::vector<GlbBounds> boxes;
    for (const Json& primitive : model_items(mesh, "primitives")) {
      const Json& position = primitive["attributes"]["POSITION"];
      if (position.is_null()) continue;
      Accessor& accessor = accessors_[model_index(accessors_.size(), position, "A mesh's primitive")];
      if (accessor.json != nullptr) accessor.box = declared_box(*accessor.json);
      accessor.json = nullptr;
      if (accessor.box) boxes.push_back(*accessor.box);
    }
    return boxes;
  }

  void add_corners(const GlbBounds& box, const Placement& placement) {
    for (unsigned corner = 0; corner < 8; ++corner) {
      Numbers<3> point{};
      for (std::size_t axis = 0; axis < 3; ++axis) {
        point[axis] = (corner >> axis & 1) != 0 ? box.max[axis] : box.min[axis];
      }
      add_point(placement(point));
    }
  }

  void add_point(const Numbers<3>& point) {
    if (!bounds_) bounds_ = GlbBounds{.min = point, .max = point};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (!std::isfinite(point[axis])) {
        refuse_model(refusal::kBadStructure, "The model's size overflows. Scale it down.");
      }
      bounds_->min[axis] = std::min(bounds_->min[axis], point[axis]);
      bounds_->max[axis] = std::max(bounds_->max[axis], point[axis]);
    }
  }

  const Json::Array& nodes_;
  const Json::Array& meshes_;
  const Json::Array& scenes_;
  const Json& scene_;
  std::vector<Accessor> accessors_;
  std::vector<std::optional<std::vector<GlbBounds>>> mesh_boxes_;
  std::vector<bool> has_parent_;
  std::vector<bool> listed_;
  std::size_t boxes_ = 0;
  std::optional<GlbBounds> bounds_;
};

}  // namespace

std::optional<GlbBounds> model_bounds(const Json& document) { return SceneBounds(document).measure(); }

}  // namespace formats
