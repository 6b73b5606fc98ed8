// Plans without rows: what a key binds, where a row lies in an array, which ways lead on.
#include "services/mikro/plans/chain.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "services/mikro/space/space_fixture.h"

namespace mikro {
namespace {

using space::Axis;
using space::AxisType;
using space::Part;
using space::PartKind;
using space::testing::by_dimension;
using space::testing::field_part;
using space::testing::identity_part;
using space::testing::scale_part;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

PlanTable table(std::int64_t id, std::vector<PlanColumn> columns) {
  PlanTable made;
  made.id = id;
  for (PlanColumn& column : columns) column.id = id * 10 + (&column - columns.data());
  made.columns = std::move(columns);
  return made;
}
PlanColumn index(const char* name) { return {0, name, AxisType::kIndex, {}, {}}; }
PlanColumn coordinate(const char* name, AxisType type, const char* unit = nullptr) {
  PlanColumn column{0, name, type, {}, {}};
  if (unit != nullptr) column.unit = unit;
  return column;
}
PlanColumn plain(const char* name) { return {0, name, {}, {}, {}}; }
PlanColumn reference(const char* name, std::int64_t target) { return {0, name, {}, {}, target}; }

// `array` is read along these axes and gives `id`.
Part key(std::vector<std::string> along, const char* id) {
  space::FieldMap field;
  field.system = 7;
  field.dereference = true;
  return field_part(std::move(along), {id}, field);
}

std::string text(const std::optional<Landing>& landing) {
  if (!landing) return "none";
  std::string keys;
  for (const KeyBinding& one : landing->keys) keys += fmt::format(" {}={}", one.column->name, one.held);
  return fmt::format("[{}] -> {}, beside [{}]:{}", fmt::join(landing->consumes, " "),
                     fmt::join(landing->produces, " "), fmt::join(landing->passthrough, " "), keys);
}

const std::vector<std::string> kAll{"t", "c", "z", "y", "x"};

std::string landed(const PlanTable& on, std::vector<Part> parts, const char* root,
                   const std::vector<std::string>& known = kAll) {
  const std::vector<Axis> axes = space::testing::axes(root);
  return text(landing_on(on, by_dimension(std::move(parts)), axes, known));
}

TEST(Landing, BindsTheIdToTheColumnItIsARowOf) {
  const PlanTable cells = table(1, {index("i"), plain("area")});
  EXPECT_EQ(landed(cells, {key({"y", "x"}, "i")}, "yx"), "[y x] -> i, beside []: i=i");
  EXPECT_EQ(landing_on(cells, by_dimension({key({"y", "x"}, "i")}), space::testing::axes("yx"), kAll)->field,
            7);
}

TEST(Landing, PassesOnWhatTheArrayIsNotReadAlong) {
  const PlanTable cells = table(1, {coordinate("t", AxisType::kTime), index("i"), plain("area")});
  EXPECT_EQ(landed(cells, {key({"y", "x"}, "i")}, "tcyx"), "[y x] -> i, beside [t c]: t=t i=i");
}

TEST(Landing, ComparesWhatItWasReadAtWithAColumnOfThatNameButNotAPlace) {
  const PlanTable movie = table(1, {coordinate("t", AxisType::kTime), index("i"),
                                    coordinate("y", AxisType::kSpace), coordinate("x", AxisType::kSpace)});
  EXPECT_EQ(landed(movie, {key({"t", "y", "x"}, "i")}, "tyx"), "[t y x] -> i, beside [t]: t=t i=i");
  // Stated to be left alone, a place is a key like any other.
  const PlanTable slices = table(1, {coordinate("z", AxisType::kSpace), index("i")});
  EXPECT_EQ(landed(slices, {key({"y", "x"}, "i")}, "zyx"), "[y x] -> i, beside [z]: z=z i=i");
  EXPECT_EQ(landed(slices, {key({"z", "y", "x"}, "i")}, "zyx"), "[z y x] -> i, beside []: i=i");
}

TEST(Landing, TakesTheEdgesWordForOtherColumns) {
  const PlanTable frames = table(1, {coordinate("frame", AxisType::kTime), index("i")});
  const Part renamed{PartKind::kIdentity, {"t"}, {"frame"}, {}, {}, {}, {}};
  EXPECT_EQ(landed(frames, {key({"y", "x"}, "i"), renamed}, "tyx"), "[y x] -> i, beside [t]: frame=t i=i");
  const std::vector<Axis> in_ms{
      {"t", AxisType::kTime, "millisecond"}, {"y", AxisType::kSpace, {}}, {"x", AxisType::kSpace, {}}};
  const auto beside = [&](const char* unit) {
    const PlanTable measured = table(1, {coordinate("t", AxisType::kTime, unit), index("i")});
    return text(
        landing_on(measured, by_dimension({key({"y", "x"}, "i"), identity_part({"t"})}), in_ms, kAll));
  };
  EXPECT_EQ(beside("second"), "none");
  EXPECT_EQ(beside("millisecond"), "[y x] -> i, beside [t]: t=t i=i");
}

TEST(Landing, IsNotOnHalfAKey) {
  // Seconds that are made of frames are another number than the frame: rows of all frames would be found.
  const PlanTable times = table(1, {coordinate("t", AxisType::kTime), index("i")});
  EXPECT_EQ(landed(times, {key({"y", "x"}, "i"), scale_part({"t"}, {0.5})}, "tyx"), "none");
  // Spots of a track and a cell, each read from an array of its own: spots of other tracks would be found.
  const PlanTable spots = table(1, {index("i"), index("track"), plain("area")});
  EXPECT_EQ(landed(spots, {key({"y", "x"}, "i"), key({"y", "x"}, "track")}, "yx"), "none");
  EXPECT_EQ(landed(spots, {key({"y", "x"}, "track"), key({"y", "x"}, "i")}, "yx"), "none");
  // A number that is no column of this table is no half of its key.
  const PlanTable cells = table(1, {index("i"), plain("track")});
  EXPECT_EQ(landed(cells, {key({"y", "x"}, "i"), key({"y", "x"}, "track")}, "yx"),
            "[y x] -> i, beside []: i=i");
  // Where an object lies is not looked up by, so it may be computed.
  const PlanTable placed =
      table(1, {index("i"), coordinate("y", AxisType::kSpace), coordinate("x", AxisType::kSpace)});
  EXPECT_EQ(landed(placed, {key({"y", "x"}, "i"), scale_part({"y", "x"}, {0.5, 0.5})}, "yx"),
            "[y x] -> i, beside []: i=i");
}

TEST(Landing, HoldsOneValueUnderAName) {
  // The probed array has an axis of the id's name.
  const PlanTable cells = table(1, {index("i"), plain("area")});
  EXPECT_EQ(landed(cells, {key({"y", "x"}, "i")}, "iyx", {"i", "y", "x"}), "[y x] -> i, beside []: i=i");
  const PlanTable frames = table(1, {coordinate("frame", AxisType::kTime), index("i")});
  const Part renamed{PartKind::kIdentity, {"i"}, {"frame"}, {}, {}, {}, {}};
  EXPECT_EQ(landed(frames, {key({"y", "x"}, "i"), renamed}, "iyx", {"i", "y", "x"}), "none");
}

TEST(Landing, NeedsACoordinateForAllThatTheArrayIsReadAlong) {
  const PlanTable cells = table(1, {coordinate("t", AxisType::kTime), index("i")});
  EXPECT_EQ(landed(cells, {key({"y", "x"}, "i")}, "tyx", {"y"}), "none");
  EXPECT_EQ(landed(cells, {key({"y", "x"}, "i")}, "tyx", {"y", "x"}), "[y x] -> i, beside []: i=i");
}

TEST(Landing, IsOnAColumnByAKey) {
  EXPECT_EQ(landed(table(1, {plain("area")}), {key({"y", "x"}, "object")}, "yx"), "none");
  EXPECT_EQ(landed(table(1, {plain("i")}), {key({"y", "x"}, "i")}, "yx"), "none");
  EXPECT_EQ(landed(table(1, {index("i")}), {identity_part({"y"})}, "yx"), "none");
}

std::string placed(std::vector<Part> parts, const PlanTable& on, const std::string& array = "ict") {
  const auto found = enumerating_axis(by_dimension(std::move(parts)), space::testing::axes(array), on);
  if (!found) return "none";
  return fmt::format("{} * {} + {} beside [{}]", found->axis, found->scale, found->offset,
                     fmt::join(found->other_axes, " "));
}
Part moved(const char* from, const char* to, double offset) {
  return {PartKind::kTranslation, {from}, {to}, {}, {offset}, {}, {}};
}

TEST(EnumeratingAxis, InvertsWhatTheEdgeSaysOfEachPosition) {
  const PlanTable cells = table(1, {index("cell_id"), plain("area")});
  EXPECT_EQ(placed({{PartKind::kIdentity, {"i"}, {"cell_id"}, {}, {}, {}, {}}}, cells),
            "i * 1 + 0 beside [c t]");
  EXPECT_EQ(placed({moved("i", "cell_id", 1)}, cells), "i * 1 + -1 beside [c t]");
  EXPECT_EQ(placed({moved("c", "cell_id", -3)}, cells), "c * 1 + 3 beside [i t]");
  EXPECT_EQ(placed({{PartKind::kAffine, {"i"}, {"cell_id"}, {}, {}, {{4, 2}}, {}}}, cells),
            "i * 0.25 + -0.5 beside [c t]");
  const PlanTable same = table(1, {index("i")});
  const auto whole = enumerating_axis(space::testing::identity(), space::testing::axes("i"), same);
  ASSERT_TRUE(whole.has_value());
  EXPECT_THAT(whole->other_axes, IsEmpty());
}

TEST(EnumeratingAxis, IsOneOfTheArraysOwnThatEnumeratesAlone) {
  const PlanTable cells = table(1, {index("i"), plain("area")});
  EXPECT_EQ(placed({{PartKind::kIdentity, {"t"}, {"i"}, {}, {}, {}, {}}}, cells), "none");
  EXPECT_EQ(placed({{PartKind::kAffine, {"i", "c"}, {"i"}, {}, {}, {{1, 1, 0}}, {}}}, cells), "none");
  EXPECT_EQ(placed({key({"c", "t"}, "i")}, cells), "none");
  // Another column's rows are not these.
  const PlanTable timed = table(1, {coordinate("t", AxisType::kTime), index("i")});
  EXPECT_EQ(placed({identity_part({"t"})}, timed), "none");
  EXPECT_EQ(placed({identity_part({"t"}), identity_part({"i"})}, timed), "i * 1 + 0 beside [c t]");
  EXPECT_EQ(placed({identity_part({"i"})}, table(1, {index("i"), index("j")})), "none");
}

class Chains : public testing::Test {
 protected:
  void add(PlanTable one) {
    const std::int64_t id = one.id;
    library_.tables[id] = std::move(one);
  }
  // Each hop as `parent:where by key (joinPath)`.
  std::vector<std::string> hops(std::int64_t joins, const char* bound = "i") {
    const PlanTable& first = *library_.table(1);
    PlanLimit limit("Ask for less.");
    std::vector<std::string> list;
    for (const PlanHop& hop :
         chain_from(library_, first, {{"held", first.coordinate(bound)}}, joins, limit)) {
      std::string path;
      for (const auto& [from, column] : hop.join_path) path += fmt::format("{}.{} ", from->id, column->name);
      const std::string where =
          hop.table != nullptr ? fmt::format("table {}", hop.table->id) : "array " + hop.array->axis;
      std::string keys;
      for (const KeyBinding& one : hop.keys) keys += fmt::format(" {}={}", one.column->name, one.held);
      list.push_back(fmt::format("{}:{} via {}{} ({})", hop.parent ? std::to_string(*hop.parent) : "", where,
                                 hop.via == nullptr ? "" : hop.via->name, keys, path));
    }
    return list;
  }

  Library library_;
};

TEST_F(Chains, CrossOneReferenceAStep) {
  add(table(1, {index("i"), plain("area"), reference("track", 2), reference("parent", 3)}));
  add(table(2, {index("track_id"), reference("lineage", 3)}));
  add(table(3, {index("id")}));
  library_.arrays[1] = {{50, "cell", {"t"}, 1, 0}};
  library_.arrays[3] = {{51, "c", {}, 1, 0}};
  EXPECT_THAT(hops(0), ElementsAre(":table 1 via  i=held ()"));
  EXPECT_THAT(hops(1), ElementsAre(":table 1 via  i=held ()", "0:table 2 via track track_id=track (1.track )",
                                   "0:table 3 via parent id=parent (1.parent )", "0:array cell via i ()"));
  EXPECT_THAT(hops(2), ElementsAre(":table 1 via  i=held ()", "0:table 2 via track track_id=track (1.track )",
                                   "0:table 3 via parent id=parent (1.parent )", "0:array cell via i ()",
                                   "1:table 3 via lineage id=lineage (1.track 2.lineage )",
                                   "2:array c via id (1.parent )"));
  EXPECT_EQ(hops(4).size(), 7U);
}

TEST_F(Chains, NeverComeBackToATableTheyWereIn) {
  add(table(1, {index("i"), reference("next", 2), reference("self", 1)}));
  add(table(2, {index("j"), reference("back", 1), reference("on", 3)}));
  add(table(3, {index("k"), reference("back", 1), reference("again", 2)}));
  EXPECT_THAT(hops(4), ElementsAre(":table 1 via  i=held ()", "0:table 2 via next j=next (1.next )",
                                   "1:table 3 via on k=on (1.next 2.on )"));
}

TEST_F(Chains, BeginWithValuesThatAreHeld) {
  PlanColumn gene = index("gene");
  gene.references = 2;
  PlanColumn cell = index("i");
  cell.references = 3;
  add(table(1, {cell, gene, plain("count")}));
  add(table(2, {index("gene_id")}));
  add(table(3, {index("cell_id")}));
  // Nobody is told the gene, which is the other half of the key.
  EXPECT_THAT(hops(1), ElementsAre(":table 1 via  i=held ()", "0:table 3 via i cell_id=i (1.i )"));
  EXPECT_THAT(hops(1, "gene"),
              ElementsAre(":table 1 via  gene=held ()", "0:table 2 via gene gene_id=gene (1.gene )"));
}

TEST_F(Chains, EndWhereAnAnswerWouldHaveNoEnd) {
  const auto wide = [&](std::size_t columns) {
    library_.tables.clear();
    for (std::int64_t id = 1; id <= 4; ++id) {
      std::vector<PlanColumn> list{index("i")};
      for (std::size_t n = 0; n < columns; ++n) list.push_back(reference("r", id + 1));
      add(table(id, std::move(list)));
    }
  };
  wide(20);
  EXPECT_EQ(hops(3).size(), 1U + 20 + 400 + 8000);
  const auto refusal = [&] {
    try {
      hops(3);
      return std::string();
    } catch (const base::Error& error) {
      return std::string(error.what());
    }
  };
  wide(22);
  EXPECT_THAT(refusal(), HasSubstr("more than 10000 hops"));
  // Few hops may name many columns.
  wide(3);
  for (auto& [id, one] : library_.tables) one.columns.resize(3000, plain("a"));
  EXPECT_EQ(hops(2).size(), 13U);
  wide(3);
  for (auto& [id, one] : library_.tables) one.columns.resize(16'000, plain("a"));
  EXPECT_THAT(refusal(), HasSubstr("200000 columns"));
}

}  // namespace
}  // namespace mikro
