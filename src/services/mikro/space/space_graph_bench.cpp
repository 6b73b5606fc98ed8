// Searching a graph of 10,000 spaces and 20,000 edges, beside the bare walk that limits it. `ratio` is the
// time over that walk's, measured in the same run.
#include <benchmark/benchmark.h>

#include <random>

#include "services/mikro/space/pixel_chain.h"
#include "services/mikro/space/placement.h"
#include "services/mikro/space/plain_walk.h"

namespace {

using namespace mikro::space;

constexpr std::size_t kSpaces = 10'000;
constexpr std::size_t kEdges = 20'000;

std::vector<Axis> image_axes() {
  return {{"c", AxisType::kChannel, {}}, {"y", AxisType::kSpace, {}}, {"x", AxisType::kSpace, {}}};
}

Transform halving() {
  Transform result;
  result.kind = Kind::kSequence;
  result.steps = {{Kind::kScale, {1, 2, 2}, {}, {}}, {Kind::kTranslation, {}, {0, 0.5, 0.5}, {}}};
  return result;
}

Transform unmappable() {
  Transform result;
  result.kind = Kind::kUnmappable;
  return result;
}

/// One component: every space derived from an earlier one, as many edges again between any two, a tenth of
/// them scoped and some UNMAPPABLE.
std::pair<std::vector<Space>, std::vector<Edge>> rows() {
  std::mt19937_64 random(1);
  std::vector<Space> spaces;
  std::vector<Edge> edges;
  for (std::size_t i = 0; i < kSpaces; ++i)
    spaces.push_back({static_cast<SpaceId>(i), image_axes(), {}, i % 4 == 0});
  for (std::size_t i = 1; i <= kEdges; ++i) {
    Edge edge;
    edge.id = static_cast<EdgeId>(i);
    edge.role = Role::kDerivation;
    edge.transform = halving();
    edge.input = static_cast<SpaceId>(i < kSpaces ? i : random() % kSpaces);
    edge.output = static_cast<SpaceId>(random() % (i < kSpaces ? i : kSpaces));
    if (i >= kSpaces && i % 10 == 0) edge.selector = Selector{"c", 1};
    if (i >= kSpaces && i % 25 == 1) edge.transform = unmappable();
    edges.push_back(std::move(edge));
  }
  return {std::move(spaces), std::move(edges)};
}

const Graph& graph() {
  static const Graph kGraph = [] {
    auto [spaces, edges] = rows();
    return Graph(std::move(spaces), std::move(edges));
  }();
  return kGraph;
}

const PlainWalk& plain() {
  static const PlainWalk kPlain(graph());
  return kPlain;
}

void beside_plain_walk(benchmark::State& state, const auto& run) {
  mikro::space::beside_plain_walk(state, plain(), 0, run);
}

void plain_walk(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(plain().from(0));
}

void build(benchmark::State& state) {
  const auto [spaces, edges] = rows();
  for (auto _ : state) {
    state.PauseTiming();
    auto copy = std::make_pair(spaces, edges);
    state.ResumeTiming();
    benchmark::DoNotOptimize(Graph(std::move(copy.first), std::move(copy.second)));
  }
}

/// From the space that the walk comes to last, of those that a path leads from.
void longest_path(benchmark::State& state) {
  const Reach reach(graph(), 0, {});
  std::vector<std::uint32_t> nodes = plain().from(0);
  while (!reach.reaches(nodes.back())) nodes.pop_back();
  const SpaceId last = graph().spaces()[nodes.back()].id;
  beside_plain_walk(state, [last] { benchmark::DoNotOptimize(find_path(graph(), last, 0, {})); });
  state.counters["edges"] = static_cast<double>(find_path(graph(), last, 0, {})->size());
}

void reach_of_all(benchmark::State& state) {
  beside_plain_walk(state, [] { benchmark::DoNotOptimize(Reach(graph(), 0, {})); });
}

void world(benchmark::State& state) {
  beside_plain_walk(state, [] { benchmark::DoNotOptimize(World(graph(), 0, {})); });
}

void component(benchmark::State& state) {
  beside_plain_walk(state, [] { benchmark::DoNotOptimize(graph().coordinate_graph(0, std::nullopt)); });
}

void world_and_affines_of_1000_layers(benchmark::State& state) {
  beside_plain_walk(state, [] {
    const World everything(graph(), 0, {});
    for (SpaceId layer = 1; layer <= 1000; ++layer)
      benchmark::DoNotOptimize(everything.as_affine(layer, false));
  });
}

void box_of_a_shape(benchmark::State& state) {
  const ShapeFrame frame(graph(), 9'999);
  const std::vector<std::vector<double>> vertices{{0, 0}, {10, 0}, {10, 10}, {0, 10}};
  for (auto _ : state) benchmark::DoNotOptimize(frame.box(vertices));
}

BENCHMARK(plain_walk);
BENCHMARK(build);
BENCHMARK(longest_path)->UseManualTime();
BENCHMARK(reach_of_all)->UseManualTime();
BENCHMARK(world)->UseManualTime();
BENCHMARK(component)->UseManualTime();
BENCHMARK(world_and_affines_of_1000_layers)->UseManualTime();
BENCHMARK(box_of_a_shape);

}  // namespace

BENCHMARK_MAIN();
