// Where answers end, and that no more is read for them.
#include "services/mikro/plans/limit.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "services/mikro/plans/library.h"
#include "services/mikro/tables/table_fixture.h"

namespace mikro {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(PlanLimit, CountsOverAllPlans) {
  PlanLimit limit("Ask for less.", {2, 5, 7});
  const auto refused = [](const auto& count) {
    try {
      count();
      return std::string();
    } catch (const base::Error& error) {
      return std::string(error.what());
    }
  };
  const auto way = [&](std::size_t steps) { return refused([&] { limit.count_way(steps); }); };
  const auto hop = [&](std::size_t columns) { return refused([&] { limit.count_hop(columns); }); };
  EXPECT_EQ(way(3) + way(4), "");
  EXPECT_EQ(way(1), "The plans from here have more than 2 hops, 5 columns or 7 steps of ways. Ask for less.");
  EXPECT_EQ(hop(4) + hop(1), "");
  EXPECT_THAT(hop(0), HasSubstr("more than 2 hops"));
  limit = PlanLimit("", {2, 5, 7});
  EXPECT_THAT(hop(6), HasSubstr("5 columns"));
}

class PlanLimits : public Tables {
 protected:
  std::string refused_plans(const std::string& system, Json more = Json::object()) {
    more.set("system", system);
    return lab_.error(
        "query ($system: ID!, $maxDepth: Int, $maxJoinDepth: Int! = 1) {"
        " attributePlans(system: $system, maxDepth: $maxDepth, maxJoinDepth: $maxJoinDepth)"
        " { edge { id } } }",
        more);
  }
  std::string image(const std::string& name, Json more = Json::object()) {
    return mikro_testing::dataset(lab_, name, {"y SPACE", "x SPACE"}, {8, 8}, std::move(more));
  }
  std::string grid(const std::string& dataset) { return mikro_testing::grid_of(lab_, dataset); }
  /// As many keys as the only one there is, at the same place.
  void repeat_the_key(std::int64_t times) {
    lab_.database().write([&](sql::Writer& writer) {
      writer.execute(
          fmt::format(
              "with recursive n(i) as (select 1 union all select i + 1 from n where i < {})"
              " insert into transformation (organization_id, kind, validity, created_at, input_id, output_id,"
              " input_axes, output_axes, invariance, role, parts)"
              " select t.organization_id, t.kind, t.validity, t.created_at, t.input_id, t.output_id,"
              " t.input_axes, t.output_axes, t.invariance, t.role, t.parts from transformation t, n"
              " where exists (select 1 from transformation_field f where f.transformation_id = t.id)",
              times),
          {});
      writer.execute(
          "insert into transformation_field (transformation_id, system_id)"
          " select t.id, f.system_id from transformation t, transformation_field f"
          " join transformation original on original.id = f.transformation_id"
          " where t.input_id = original.input_id and t.output_id = original.output_id and t.id <> "
          "original.id",
          {});
    });
  }
  /// The refusal of reading with these limits.
  std::string refused_library(std::int64_t table, std::int64_t joins, PlanSizes most) {
    std::string message;
    lab_.database().read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
      try {
        read_library(reader, {{table}}, joins, PlanLimit("Ask for less.", most));
      } catch (const base::Error& error) {
        message = error.what();
      }
    });
    return message;
  }
};

INSTANTIATE_TEST_SUITE_P(Both, PlanLimits, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(PlanLimits, HoldForWhatIsReadAlready) {
  const std::string tracks = objects();
  const std::string cells =
      made({{"id", "BIGINT"}, {"of", "BIGINT"}},
           fmt::format(R"([{{"name":"id","axisType":"INDEX"}},)"
                       R"({{"name":"of","identifiedBy":[{{"kind":"TABLE","table":"{}"}}]}}])",
                       tracks))["id"]
          .as_string();
  const std::int64_t table = std::stoll(cells);
  EXPECT_EQ(refused_library(table, 1, {10, 4, 10}), "");
  EXPECT_THAT(refused_library(table, 1, {10, 3, 10}), HasSubstr("3 columns"));
  EXPECT_EQ(refused_library(table, 0, {10, 2, 10}), "");
  EXPECT_THAT(refused_library(table, 0, {10, 1, 10}), HasSubstr("1 columns"));
  for (const char* name : {"traces", "spectra"}) {
    mikro_testing::dataset(
        lab_, name, {"id INDEX", "t TIME"}, {4, 10},
        Json::object({{"derivedFrom",
                       Json::parse(fmt::format(R"([{{"kind":"TABLE_DATASET","tableDataset":"{}","transform":)"
                                               R"({{"kind":"BY_DIMENSION","parts":[{{"kind":"IDENTITY",)"
                                               R"("inputAxes":["id"],"outputAxes":["id"]}}]}}}}])",
                                               cells))}}));
  }
  EXPECT_EQ(refused_library(table, 1, {2, 10, 10}), "");
  EXPECT_THAT(refused_library(table, 1, {1, 10, 10}), HasSubstr("1 hops"));
}

TEST_P(PlanLimits, SayWhichImageHasTooManyTables) {
  const std::string mask = image("mask");
  objects(fmt::format(R"([{{"kind":"DATASET","dataset":"{}"}}])", mask));
  const auto asked = [&](std::int64_t joins) {
    return refused_plans(grid(mask), Json::object({{"maxJoinDepth", joins}}));
  };
  EXPECT_EQ(asked(0), "");
  repeat_the_key(10'000);
  // Nothing is left that could be asked with a smaller number.
  EXPECT_THAT(asked(0), AllOf(StartsWith("VALIDATION_ERROR"), HasSubstr("more than 10000 hops"),
                              HasSubstr("'mask' (coordinate system " + grid(mask) + "), with 10001 keys"),
                              HasSubstr("Delete keys there"), Not(HasSubstr("smaller"))));
  EXPECT_THAT(asked(1), HasSubstr("Ask with a smaller `maxJoinDepth`, or delete"));
}

TEST_P(PlanLimits, HoldForTheWaysToOnePlace) {
  const std::string first = image("first");
  std::string last = first;
  for (int n = 1; n <= 300; ++n) {
    last =
        image(n < 300 ? "between" : "last",
              Json::object({{"derivedFrom", Json::parse(fmt::format(R"([{{"kind":"DATASET","dataset":"{}",)"
                                                                    R"("transform":{{"kind":"IDENTITY"}}}}])",
                                                                    last))}}));
  }
  objects(fmt::format(R"([{{"kind":"DATASET","dataset":"{}"}}])", last));
  EXPECT_EQ(refused_plans(grid(first)), "");
  repeat_the_key(700);
  EXPECT_EQ(refused_plans(grid(last)), "");
  EXPECT_EQ(refused_plans(grid(first), Json::object({{"maxDepth", 299}})), "");
  EXPECT_THAT(refused_plans(grid(first)),
              AllOf(HasSubstr("200000 steps of ways"), HasSubstr("'last'"), HasSubstr("with 701 keys"),
                    HasSubstr("smaller `maxJoinDepth` or `maxDepth`")));
}

}  // namespace
}  // namespace mikro
