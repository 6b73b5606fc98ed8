// Searching a graph of 10,000 spaces and 20,000 edges, beside the bare walk that limits it: breadth first
// over the same neighbours in plain arrays, without asking any edge whether it may be crossed. `ratio` is the
// time over that walk's, measured in the same run.
#include <benchmark/benchmark.h>

#include <chrono>
#include <random>

#include "services/mikro/space/pixel_chain.h"
#include "services/mikro/space/placement.h"

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

/// The neighbours alone.
struct Plain {
  std::vector<std::uint32_t> first{0};
  std::vector<std::uint32_t> to;

  Plain() {
    for (Graph::Node node = 0; node < graph().spaces().size(); ++node) {
      for (const Graph::Arc& arc : graph().arcs(node)) to.push_back(arc.to);
      first.push_back(static_cast<std::uint32_t>(to.size()));
    }
  }
  std::size_t walk(std::uint32_t start) const {
    std::vector<std::uint32_t> distance(first.size() - 1, 0xffffffff);
    std::vector<std::uint32_t> queue{start};
    queue.reserve(distance.size());
    distance[start] = 0;
    for (std::size_t head = 0; head < queue.size(); ++head) {
      const std::uint32_t node = queue[head];
      for (std::uint32_t i = first[node]; i < first[node + 1]; ++i) {
        if (distance[to[i]] != 0xffffffff) continue;
        distance[to[i]] = distance[node] + 1;
        queue.push_back(to[i]);
      }
    }
    return queue.size();
  }
};

const Plain& plain() {
  static const Plain kPlain;
  return kPlain;
}

double seconds_of(const auto& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Runs `run` and the bare walk in turns, so that what else the machine does slows both.
void beside_plain_walk(benchmark::State& state, const auto& run) {
  double own = 0;
  double bare = 0;
  for (auto _ : state) {
    const double once = seconds_of(run);
    bare += seconds_of([] { benchmark::DoNotOptimize(plain().walk(0)); });
    own += once;
    state.SetIterationTime(once);
  }
  state.counters["ratio"] = own / bare;
}

void plain_walk(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(plain().walk(0));
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

void one_path(benchmark::State& state) {
  beside_plain_walk(state, [] { benchmark::DoNotOptimize(find_path(graph(), kSpaces - 1, 0, {})); });
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
BENCHMARK(one_path)->UseManualTime();
BENCHMARK(reach_of_all)->UseManualTime();
BENCHMARK(world)->UseManualTime();
BENCHMARK(component)->UseManualTime();
BENCHMARK(world_and_affines_of_1000_layers)->UseManualTime();
BENCHMARK(box_of_a_shape);

}  // namespace

BENCHMARK_MAIN();
