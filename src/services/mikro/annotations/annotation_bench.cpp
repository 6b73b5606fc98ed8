// A collection of a hundred thousand shapes: drawing them in one call, and what viewers then ask of it. Runs
// on SQLite, and on PostgreSQL with ARKITEKTD_BENCH_POSTGRES set.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "services/mikro/testing/lab.h"

namespace {

using base::Json;

constexpr int kShapes = 100'000;
constexpr int kColumns = 400;  // they lie on a grid, ten apart

mikro_testing::Lab& lab() {
  static mikro_testing::Lab kLab(
      std::getenv("ARKITEKTD_BENCH_POSTGRES") == nullptr ? sql::Dialect::kSqlite : sql::Dialect::kPostgres);
  return kLab;
}

std::string new_collection() {
  return lab()
      .data(
          "mutation { made: createAnnotationCollection(input: {name: \"cells\", axes: [{name: \"t\", type: "
          "TIME}, {name: \"y\", type: "
          "SPACE},"
          " {name: \"x\", type: SPACE}]}) { id } }")["made"]["id"]
      .as_string();
}

void draw(const std::string& collection) {
  Json shapes = Json::array();
  for (int i = 0; i < kShapes; ++i) {
    const int y = i / kColumns * 10;
    const int x = i % kColumns * 10;
    shapes.push_back(
        Json::object({{"kind", "RECTANGLE"},
                      {"vectors", Json::array({Json::array({y, x}), Json::array({y + 8, x + 8})})},
                      {"coordinates", Json::array({Json::object({{"name", "t"}, {"value", i % 10}})})}}));
  }
  lab().data("mutation ($input: CreateAnnotationsInput!) { made: createAnnotations(input: $input) { id } }",
             Json::object({{"input", Json::object({{"collection", collection}, {"annotations", shapes}})}}));
}

const std::string& full_collection() {
  static const std::string kCollection = [] {
    std::string collection = new_collection();
    draw(collection);
    return collection;
  }();
  return kCollection;
}

void draw_all(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    const std::string collection = new_collection();
    state.ResumeTiming();
    draw(collection);
    state.PauseTiming();
    lab().data(fmt::format("mutation {{ deleteAnnotationCollection(input: {{id: {}}}) }}", collection));
    state.ResumeTiming();
  }
}
BENCHMARK(draw_all)->Unit(benchmark::kMillisecond)->Iterations(2);

void ask(benchmark::State& state, const std::string& document) {
  lab().data(document);
  for (auto _ : state) lab().data(document);
}

std::string page(const std::string& filter) {
  return fmt::format(
      "{{ annotations(filters: {{collection: {}, {}}}, pagination: {{limit: 100}}) {{ id kind vectors"
      " intrinsicBbox {{ min max }} }} }}",
      full_collection(), filter);
}

void first_page(benchmark::State& state) { ask(state, page("kind: RECTANGLE")); }
void page_in_view(benchmark::State& state) {
  ask(state, page("intersects: {min: [1900, 1900], max: [2000, 2000]}"));
}
void page_at_the_end(benchmark::State& state) { ask(state, page("containsPoint: [2494, 3994]")); }
void page_of_nothing(benchmark::State& state) { ask(state, page("containsPoint: [9, 9]")); }
void page_of_a_pin(benchmark::State& state) { ask(state, page("pinnedTo: [{name: \"t\", value: 7}]")); }
void page_of_no_pin(benchmark::State& state) { ask(state, page("pinnedTo: [{name: \"t\", value: 70}]")); }
void nearest(benchmark::State& state) {
  ask(state, fmt::format("{{ nearestAnnotations(collection: {}, point: [1234, 2345]) {{ id }} }}",
                         full_collection()));
}
void everything(benchmark::State& state) {
  ask(state,
      fmt::format("{{ annotations(filters: {{collection: {}}}) {{ id vectors }} }}", full_collection()));
}
BENCHMARK(first_page)->Unit(benchmark::kMillisecond);
BENCHMARK(page_in_view)->Unit(benchmark::kMillisecond);
BENCHMARK(page_at_the_end)->Unit(benchmark::kMillisecond);
BENCHMARK(page_of_nothing)->Unit(benchmark::kMillisecond);
BENCHMARK(page_of_a_pin)->Unit(benchmark::kMillisecond);
BENCHMARK(page_of_no_pin)->Unit(benchmark::kMillisecond);
BENCHMARK(nearest)->Unit(benchmark::kMillisecond);
BENCHMARK(everything)->Unit(benchmark::kMillisecond)->Iterations(2);

}  // namespace

BENCHMARK_MAIN();
