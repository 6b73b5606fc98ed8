// What it costs to read the part of an organization's graph that a question is about: 10,000 spaces and
// 20,000 edges, as 1,000 labs' corners that know nothing of each other or as one world that holds them all.
// `ratio` is the time over that of a bare walk over what was read, in memory, measured in the same run.
//
// PostgreSQL is measured where ARKITEKTD_TEST_POSTGRES names one, as in the tests.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>

#include "services/mikro/space/placement.h"
#include "services/mikro/space/plain_walk.h"
#include "services/mikro/spaces/space_graph.h"
#include "services/mikro/testing/lab.h"

namespace {

constexpr std::int64_t kCorners = 1000;
constexpr std::int64_t kSpacesEach = 10;
constexpr std::int64_t kEdgesEach = 20;

struct Organization {
  explicit Organization(sql::Dialect dialect, bool connected) : lab(dialect) {
    lab.database().write([&](sql::Writer& writer) {
      for (std::int64_t corner = 0; corner < kCorners; ++corner) add_corner(writer, corner);
      if (!connected) return;
      for (std::int64_t corner = 1; corner < kCorners; ++corner) {
        add_edge(writer, first_of(corner), first_of(0), corner);
      }
    });
  }
  static std::int64_t first_of(std::int64_t corner) { return corner * kSpacesEach + 1; }

  void add_corner(sql::Writer& writer, std::int64_t corner) {
    for (std::int64_t i = 0; i < kSpacesEach; ++i) {
      const std::int64_t id = first_of(corner) + i;
      writer.execute(
          "insert into coordinate_system (id, organization_id, name, created_at, \"use\")"
          " values ($1, 1, 'space', 0, 'SHARED')",
          {id});
      writer.execute(
          "insert into axis (coordinate_system_id, \"order\", name, type, unit) values"
          " ($1, 0, 'z', 'SPACE', 'micrometer'), ($1, 1, 'y', 'SPACE', 'micrometer'),"
          " ($1, 2, 'x', 'SPACE', 'micrometer')",
          {id});
    }
    for (std::int64_t i = 0; i < kEdgesEach; ++i) {
      add_edge(writer, first_of(corner) + i % kSpacesEach,
               first_of(corner) + (i < kSpacesEach ? i + 1 : i * 3 + 1) % kSpacesEach, i);
    }
  }
  void add_edge(sql::Writer& writer, std::int64_t input, std::int64_t output, std::int64_t kind) {
    const bool is_parts = kind % 2 == 0;
    writer.execute(
        "insert into transformation (organization_id, kind, validity, created_at, input_id, output_id,"
        " input_axes, output_axes, invariance, role, scale, parts) values (1, $1, 'MANUAL', 0, $2, $3,"
        " '[\"z\",\"y\",\"x\"]', '[\"z\",\"y\",\"x\"]', 'AFFINE', 'REGISTRATION', $4, $5)",
        {std::string(is_parts ? "BY_DIMENSION" : "SCALE"), input, output,
         is_parts ? sql::Value(std::monostate()) : sql::Value(std::string("[0.5,0.103,0.103]")),
         is_parts ? sql::Value(std::string(
                        R"([{"kind":"AFFINE","input_axes":["y","x"],"output_axes":["y","x"],"scale":[],)"
                        R"("translation":[],"affine":[[0.1,0.0,5.0],[0.0,0.1,7.0]],"field":null}])"))
                  : sql::Value(std::monostate())});
  }

  mikro_testing::Lab lab;
};

using Organizations = std::map<std::pair<int, bool>, std::unique_ptr<Organization>>;
Organizations& organizations() {
  static Organizations made;
  return made;
}

Organization& organization(sql::Dialect dialect, bool connected) {
  auto& one = organizations()[{static_cast<int>(dialect), connected}];
  if (!one) one = std::make_unique<Organization>(dialect, connected);
  return *one;
}

mikro::space::Graph graph_around(Organization& of, std::int64_t id, bool parameters) {
  std::optional<mikro::space::Graph> graph;
  of.lab.database().read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    const sql::Ids one{{id}};
    graph = parameters ? mikro::load_around(reader, 1, one) : mikro::load_connections(reader, 1, one);
  });
  return *std::move(graph);
}

void load(benchmark::State& state, sql::Dialect dialect, bool connected, bool parameters) {
  Organization& of = organization(dialect, connected);
  const std::int64_t start = Organization::first_of(7);
  const mikro::space::Graph graph = graph_around(of, start, parameters);
  beside_plain_walk(state, mikro::space::PlainWalk(graph), *graph.find(start),
                    [&] { benchmark::DoNotOptimize(graph_around(of, start, parameters)); });
  state.counters["spaces"] = static_cast<double>(graph.spaces().size());
}

void search(benchmark::State& state) {
  const mikro::space::Graph graph = graph_around(organization(sql::Dialect::kSqlite, true), 1, true);
  beside_plain_walk(state, mikro::space::PlainWalk(graph), *graph.find(1), [&] {
    benchmark::DoNotOptimize(mikro::space::World(graph, 1, mikro::placing()).placed());
  });
}

BENCHMARK_CAPTURE(load, sqlite_one_corner, sql::Dialect::kSqlite, false, true)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load, sqlite_all, sql::Dialect::kSqlite, true, true)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load, sqlite_all_connections, sql::Dialect::kSqlite, true, false)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load, postgres_one_corner, sql::Dialect::kPostgres, false, true)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load, postgres_all, sql::Dialect::kPostgres, true, true)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load, postgres_all_connections, sql::Dialect::kPostgres, true, false)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(search)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  // Before the test process' PostgreSQL ends.
  organizations().clear();
  return 0;
}
