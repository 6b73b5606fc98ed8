// Random graphs and paths against slow and obvious versions of the same questions.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "services/mikro/space/extent.h"
#include "services/mikro/space/placement.h"
#include "services/mikro/space/space_fixture.h"

namespace mikro::space {
namespace {

using namespace testing;

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t count) { return engine_() % count; }
  bool one_in(std::size_t count) { return below(count) == 0; }
  /// Between 0.25 and 4 in size, so that long paths stay far from overflow and singularity.
  double factor() {
    const double size = std::exp2(static_cast<double>(below(4097)) / 1024 - 2);
    return one_in(2) ? size : -size;
  }
  double offset() { return static_cast<double>(below(20001)) / 100 - 100; }

 private:
  std::mt19937_64 engine_;
};

std::uint64_t fresh_seed() { return std::random_device()(); }

// ---- Searching --------------------------------------------------------------------------------------------

/// Systems of 2 or 3 axes, edges of every role and of kinds that a search treats differently.
Graph random_graph(Random& random) {
  const std::size_t count = 2 + random.below(8);
  std::vector<Space> spaces;
  for (std::size_t i = 0; i < count; ++i) {
    spaces.push_back({static_cast<SpaceId>(100 - i), axes(random.one_in(4) ? "zyx" : "yx"), {}, false});
  }
  std::vector<Edge> edges;
  const std::size_t wanted = random.below(3 * count);
  for (std::size_t i = 0; i < wanted; ++i) {
    Transform transform = by_dimension({identity_part({"y", "x"})});
    if (random.one_in(6)) transform = unmappable();
    if (random.one_in(6)) {
      FieldMap field;
      field.spatial = random.one_in(2);
      field.dereference = random.one_in(3);
      transform = by_dimension({field_part({"y"}, {"y"}, field)});
    }
    Edge row = edge(static_cast<EdgeId>((i * 7919) % 1009), spaces[random.below(count)].id,
                    spaces[random.below(count)].id, transform,
                    random.one_in(3) ? Role::kRegistration : Role::kDerivation);
    if (random.one_in(5)) row.selector = Selector{"c", static_cast<std::int64_t>(random.below(2))};
    edges.push_back(std::move(row));
  }
  return Graph(std::move(spaces), std::move(edges));
}

Crossing random_crossing(Random& random) {
  Crossing crossing;
  crossing.registrations = static_cast<Registrations>(random.below(3));
  crossing.fields = static_cast<Fields>(random.below(3));
  if (random.one_in(2)) crossing.at = {{"c", static_cast<std::int64_t>(random.below(2))}};
  crossing.any_coordinate = random.one_in(4);
  crossing.unmappable = random.one_in(4);
  return crossing;
}

/// The rules of crossing once more, in the words of the contract.
bool may_cross(const Graph& graph, const Edge& edge, bool inverted, SpaceId world, const Crossing& crossing) {
  const bool lost = edge.transform.kind == Kind::kUnmappable;
  if (edge.selector && !crossing.any_coordinate) {
    if (crossing.at.empty() || crossing.at[0].value != edge.selector->index) return false;
  }
  if (edge.role == Role::kRegistration) {
    if (crossing.registrations == Registrations::kOfTheWorld && (inverted || edge.output != world))
      return false;
    if (crossing.registrations == Registrations::kTowardsTheWorld && inverted) return false;
  }
  if (lost) return crossing.unmappable && !inverted;
  const bool field = edge.transform.parts[0].field.has_value();
  if (field) {
    const FieldMap& map = *edge.transform.parts[0].field;
    if (map.dereference || inverted || crossing.fields == Fields::kNone) return false;
    if (crossing.fields == Fields::kNotSpatial && map.spatial) return false;
  }
  return !inverted || graph.space(edge.input)->axes.size() == graph.space(edge.output)->axes.size();
}

/// All walks without a repeated space, best first by length, then by the ids on the way.
void best_walk(const Graph& graph, SpaceId at, SpaceId world, const Crossing& crossing,
               std::vector<SpaceId>& visited, Path& path, std::optional<Path>& best) {
  const auto better = [](const Path& a, const Path& b) {
    if (a.size() != b.size()) return a.size() < b.size();
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a[i].edge->id != b[i].edge->id) return a[i].edge->id < b[i].edge->id;
    }
    return false;
  };
  if (at == world) {
    if (!best || better(path, *best)) best = path;
    return;
  }
  if (best && path.size() >= best->size()) return;
  for (const Edge& edge : graph.edges()) {
    for (const bool inverted : {false, true}) {
      if ((inverted ? edge.output : edge.input) != at || !may_cross(graph, edge, inverted, world, crossing))
        continue;
      const SpaceId next = inverted ? edge.input : edge.output;
      if (std::find(visited.begin(), visited.end(), next) != visited.end()) continue;
      visited.push_back(next);
      path.push_back({&edge, inverted});
      best_walk(graph, next, world, crossing, visited, path, best);
      path.pop_back();
      visited.pop_back();
    }
  }
}

TEST(SearchProperty, FindsExactlyTheWalkThatTryingAllOfThemFinds) {
  const std::uint64_t seed = fresh_seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  std::size_t found = 0;
  for (int round = 0; round < 400; ++round) {
    const Graph graph = random_graph(random);
    const Crossing crossing = random_crossing(random);
    const SpaceId world = graph.spaces()[random.below(graph.spaces().size())].id;
    const Reach reach(graph, world, crossing);
    for (const Space& space : graph.spaces()) {
      std::optional<Path> expected;
      Path path;
      std::vector<SpaceId> visited{space.id};
      best_walk(graph, space.id, world, crossing, visited, path, expected);
      ASSERT_EQ(find_path(graph, space.id, world, crossing), expected) << "round " << round;
      ASSERT_EQ(reach.path(*graph.find(space.id)), expected) << "round " << round;
      if (expected && !expected->empty()) ++found;
    }
  }
  EXPECT_GT(found, 100U);
}

TEST(PlacementProperty, StatesAgreeWithWhatRelaxedWalksFind) {
  const std::uint64_t seed = fresh_seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  std::array<std::size_t, 4> seen{};
  for (int round = 0; round < 600; ++round) {
    const Graph graph = random_graph(random);
    Crossing crossing = random_crossing(random);
    crossing.any_coordinate = crossing.unmappable = false;
    const SpaceId id = graph.spaces()[random.below(graph.spaces().size())].id;
    const World world(graph, id, crossing);
    Crossing any = crossing;
    any.any_coordinate = true;
    Crossing lost = any;
    lost.unmappable = true;
    for (const Space& space : graph.spaces()) {
      const PlacementState state = world.state(space.id);
      ++seen[static_cast<std::size_t>(state)];
      const bool placed = find_path(graph, space.id, id, crossing).has_value();
      const bool possible = find_path(graph, space.id, id, any).has_value();
      ASSERT_EQ(state == PlacementState::kPlaced, placed);
      ASSERT_EQ(state == PlacementState::kConditional, possible && !placed);
      if (state == PlacementState::kUnmappable) {
        ASSERT_TRUE(find_path(graph, space.id, id, lost) && !possible);
      }
      ASSERT_EQ(world.invariance(space.id) == Invariance::kNone, !possible);
    }
  }
  for (const std::size_t count : seen) EXPECT_GT(count, 0U);
}

// ---- Composing --------------------------------------------------------------------------------------------

using Dense = std::vector<std::vector<double>>;

Dense dense_product(const Dense& a, const Dense& b) {
  Dense result(a.size(), std::vector<double>(b[0].size(), 0));
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b[0].size(); ++j) {
      for (std::size_t k = 0; k < b.size(); ++k) result[i][j] += a[i][k] * b[k][j];
    }
  }
  return result;
}

/// By Gauss and Jordan on the matrix beside an identity.
Dense dense_inverse(Dense matrix) {
  const std::size_t size = matrix.size();
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) matrix[i].push_back(i == j ? 1 : 0);
  }
  for (std::size_t k = 0; k < size; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k; i < size; ++i) {
      if (std::abs(matrix[i][k]) > std::abs(matrix[pivot][k])) pivot = i;
    }
    std::swap(matrix[k], matrix[pivot]);
    const double divisor = matrix[k][k];
    for (double& value : matrix[k]) value /= divisor;
    for (std::size_t i = 0; i < size; ++i) {
      if (i == k) continue;
      const double factor = matrix[i][k];
      for (std::size_t j = 0; j < 2 * size; ++j) matrix[i][j] -= factor * matrix[k][j];
    }
  }
  for (std::vector<double>& row : matrix)
    row.erase(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(size));
  return matrix;
}

Dense unit_matrix(std::size_t size) {
  Dense result(size, std::vector<double>(size, 0));
  for (std::size_t i = 0; i < size; ++i) result[i][i] = 1;
  return result;
}

/// A transformation among three axes and, stated independently, its matrix.
struct Stated {
  Transform transform;
  Dense matrix;
};

Stated random_transform(Random& random) {
  const std::vector<std::string> names{"z", "y", "x"};
  const double sine = std::sin(random.offset());
  const double cosine = std::cos(std::asin(sine));
  const std::vector<double> factors{random.factor(), random.factor(), random.factor()};
  const std::vector<double> offsets{random.offset(), random.offset(), random.offset()};
  Stated result{identity(), unit_matrix(4)};
  switch (random.below(7)) {
    case 0:
      break;
    case 1:
      result.transform = scale(factors);
      for (std::size_t i = 0; i < 3; ++i) result.matrix[i][i] = factors[i];
      break;
    case 2:
      result.transform = translation(offsets);
      for (std::size_t i = 0; i < 3; ++i) result.matrix[i][3] = offsets[i];
      break;
    case 3: {  // a triangle of factors is never singular
      const Rows rows{{factors[0], factors[1], factors[2], offsets[0]},
                      {0, factors[1], factors[0], offsets[1]},
                      {0, 0, factors[2], offsets[2]}};
      result.transform = affine(rows);
      std::copy(rows.begin(), rows.end(), result.matrix.begin());
      break;
    }
    case 4:
      result.transform = affine({{1, 0, 0}, {0, cosine, -sine}, {0, sine, cosine}}, Kind::kRotation);
      result.matrix = {{1, 0, 0, 0}, {0, cosine, -sine, 0}, {0, sine, cosine, 0}, {0, 0, 0, 1}};
      break;
    case 5:
      result.transform = map_axis(names, {"x", "z", "y"});
      result.matrix = {{0, 1, 0, 0}, {0, 0, 1, 0}, {1, 0, 0, 0}, {0, 0, 0, 1}};
      break;
    default:
      result.transform = by_dimension({{PartKind::kTranslation, {"y"}, {"y"}, {}, {offsets[1]}, {}, {}},
                                       scale_part({"x", "z"}, {factors[2], factors[0]})});
      result.matrix = {{factors[0], 0, 0, 0}, {0, 1, 0, offsets[1]}, {0, 0, factors[2], 0}, {0, 0, 0, 1}};
      break;
  }
  return result;
}

/// A path through a line of spaces with ids 1, 2, ..., edges in random directions.
struct Line {
  Graph graph;
  Dense matrix;  ///< from the first space to the last
};

Line random_line(Random& random) {
  const std::size_t count = 2 + random.below(6);
  std::vector<Space> spaces;
  std::vector<Edge> edges;
  Dense matrix = unit_matrix(4);
  for (std::size_t i = 0; i < count; ++i) {
    const auto id = static_cast<SpaceId>(i + 1);
    spaces.push_back({id, axes("zyx"), {}, false});
    if (i == 0) continue;
    const Stated stated = random_transform(random);
    const bool inverted = random.one_in(2);
    edges.push_back(edge(id, inverted ? id : id - 1, inverted ? id - 1 : id, stated.transform));
    matrix = dense_product(inverted ? dense_inverse(stated.matrix) : stated.matrix, matrix);
  }
  return {Graph(std::move(spaces), std::move(edges)), std::move(matrix)};
}

Placement placed(const Graph& graph, SpaceId from, SpaceId to) {
  return *World(graph, to, {}).as_affine(from, true);
}

double largest(const Dense& matrix) {
  double result = 1;
  for (const auto& row : matrix) {
    for (const double value : row) result = std::max(result, std::abs(value));
  }
  return result;
}

TEST(ComposeProperty, AgreesWithDenseMatricesMultipliedInOneGo) {
  const std::uint64_t seed = fresh_seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (int round = 0; round < 2000; ++round) {
    const Line line = random_line(random);
    const Placement placement = placed(line.graph, 1, static_cast<SpaceId>(line.graph.spaces().size()));
    ASSERT_EQ(placement.matrix.rows(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 4; ++j) {
        ASSERT_NEAR(placement.matrix.at(i, j), line.matrix[i][j], 1e-9 * largest(line.matrix))
            << "round " << round;
      }
    }
  }
}

TEST(ComposeProperty, ThereAndBackIsTheIdentity) {
  const std::uint64_t seed = fresh_seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (int round = 0; round < 2000; ++round) {
    const Line line = random_line(random);
    const auto last = static_cast<SpaceId>(line.graph.spaces().size());
    std::vector<Hop> hops = line.graph.hops(*find_path(line.graph, 1, last, {}));
    for (const Hop& hop : line.graph.hops(*find_path(line.graph, last, 1, {}))) hops.push_back(hop);
    const Placement placement = compose(line.graph.space(1)->axes, hops);
    ASSERT_EQ(placement.output_axes, placement.input_axes);
    // What is lost on the way out by cancellation comes back multiplied.
    const double tolerance = 1e-9 * largest(line.matrix) * largest(dense_inverse(line.matrix));
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 4; ++j)
        ASSERT_NEAR(placement.matrix.at(i, j), i == j ? 1 : 0, tolerance) << "round " << round;
    }
  }
}

TEST(BoxProperty, IsTheBoxAroundTheImagesOfAllCornersToTheLastDigit) {
  const std::uint64_t seed = fresh_seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (int round = 0; round < 2000; ++round) {
    const Line line = random_line(random);
    const Placement placement = placed(line.graph, 1, static_cast<SpaceId>(line.graph.spaces().size()));
    Box box;
    for (const std::string& axis : placement.input_axes) {
      const double from = random.offset();
      box.push_back({axis, from, from + std::abs(random.offset())});
    }
    const Box result = pushed(box, placement);
    ASSERT_EQ(result.size(), 3U);
    for (std::size_t row = 0; row < 3; ++row) {
      double low = HUGE_VAL;
      double high = -HUGE_VAL;
      for (unsigned corner = 0; corner < 8; ++corner) {
        double image = placement.matrix.at(row, 3);
        for (std::size_t axis = 0; axis < 3; ++axis) {
          const double end = (corner >> axis & 1) != 0 ? box[axis].max : box[axis].min;
          const double moved = placement.matrix.at(row, axis) * end;
          image += moved;
        }
        low = std::min(low, image);
        high = std::max(high, image);
      }
      ASSERT_EQ(result[row].min, low) << "round " << round;
      ASSERT_EQ(result[row].max, high) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace mikro::space
