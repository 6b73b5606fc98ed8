// What a home page lists: data that came of nothing, and which of it is asked for.
#include <gmock/gmock.h>

#include "services/mikro/lineage/lineage_fixture.h"

namespace mikro::lineage {
namespace {

using testing::StartsWith;

class Roots : public Lineages {
 protected:
  /// The names, in their order.
  std::string listed(const std::string& arguments = "") {
    std::string text;
    const Json data = lab_.data("{ it: roots" + arguments + " { name } }");
    for (const Json& root : data["it"].items()) text += root["name"].as_string() + " ";
    return text;
  }
  std::string filtered(const std::string& filter) { return listed("(filters: {" + filter + "})"); }
  /// Minutes after an hour.
  void made_at(std::string_view table_name, const std::string& id, int minute) {
    execute(fmt::format("update \"{}\" set created_at = {} where id = {}", table_name,
                        1'767'225'600'000'000 + minute * 60'000'000LL, id));
  }
  void acquired(const std::string& dataset, const std::string& start, const std::string& end) {
    made("createCoordinateAnchor", "CreateCoordinateAnchorInput",
         Json::object({{"dataset", dataset},
                       {"anchor", Json::object({{"axisAnchors", Json::array()},
                                                {"acquisitionWindow",
                                                 Json::object({{"start", start}, {"end", end}})}})}}));
  }
};

INSTANTIATE_TEST_SUITE_P(Both, Roots, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Roots, AreWhatWasMadeFromNothingTheNewestFirst) {
  const std::string raw = file("raw.czi");
  const std::string cells = image("cells", read_from(raw));
  const std::string beads = image("beads");
  const std::string mask = image("mask", derived({from_image(beads)}));
  const std::string areas = table("areas");
  table("measured", derived({from_image(mask)}));
  const std::string tiff = file("mask.tiff", {written_from(mask)});
  drawing("rois");
  made_at("file", raw, 3);
  made_at("array_dataset", beads, 5);
  made_at("table_dataset", areas, 1);
  EXPECT_EQ(listed(), "beads raw.czi areas ");
  EXPECT_EQ(lab_.data("{ it: roots(kinds: [DATASET]) { key kind id name createdAt } }")["it"].dump(),
            fmt::format(R"([{{"key":"DATASET:{0}","kind":"DATASET","id":"{0}","name":"beads",)"
                        R"("createdAt":"2026-01-01T00:05:00+00:00"}}])",
                        beads));
  EXPECT_EQ(listed("(kinds: [FILE, TABLE_DATASET])"), "raw.czi areas ");
  EXPECT_EQ(listed("(kinds: [ANNOTATION_COLLECTION])"), "");
  EXPECT_EQ(listed("(kinds: [SPARSE_DATASET, MESH_COLLECTION, NETWORK_COLLECTION, FIXTURE])"), "");
  EXPECT_EQ(listed("(kinds: [])"), "");
  EXPECT_EQ(listed("(pagination: {limit: 1})"), "beads ");
  EXPECT_EQ(listed("(pagination: {offset: 1, limit: 1})"), "raw.czi ");
  EXPECT_EQ(listed("(pagination: {offset: 2})"), "areas ");
  EXPECT_EQ(listed("(pagination: {offset: 3})"), "");
  EXPECT_THAT(lab_.error("{ roots(pagination: {offset: -1}) { key } }"), StartsWith("VALIDATION_ERROR"));
  lab_.become("eve", "elsewhere");
  EXPECT_EQ(listed(), "");
}

TEST_P(Roots, MayLieInWorldsAndComeOfPlacesThere) {
  const std::string stage = mikro_testing::world(lab_, "stage", {"y SPACE um", "x SPACE um"});
  const std::string cells = image("cells");
  mikro_testing::edge(lab_, mikro_testing::grid_of(lab_, cells), stage, R"({"kind":"IDENTITY"})");
  image("placed", derived({from("COORDINATE_SYSTEM", "coordinateSystem", stage)}));
  EXPECT_EQ(listed(), "placed cells ");
}

TEST_P(Roots, AreFoundByWhoMadeThemAndWhen) {
  const std::string hers = image("hers");
  made_at("array_dataset", hers, 10);
  lab_.become("bob");
  const std::string his = file("his.txt");
  made_at("file", his, 20);
  EXPECT_EQ(filtered("owner: \"ada\""), "hers ");
  EXPECT_EQ(filtered("owner: \"bob\""), "his.txt ");
  EXPECT_EQ(filtered("owner: \"nobody\""), "");
  EXPECT_EQ(filtered("createdAfter: \"2026-01-01T00:10:00Z\""), "his.txt hers ");
  EXPECT_EQ(filtered("createdAfter: \"2026-01-01T00:10:01Z\""), "his.txt ");
  EXPECT_EQ(filtered("createdBefore: \"2026-01-01T00:20:00Z\""), "his.txt hers ");
  EXPECT_EQ(filtered("createdBefore: \"2026-01-01T00:19:59Z\""), "hers ");
  EXPECT_EQ(filtered("owner: \"ada\", createdAfter: \"2026-01-01T00:15:00Z\""), "");
}

TEST_P(Roots, AreFoundByTheirNamesAndFilesByThoseOfTheirSeries) {
  const std::string raw = file("raw.czi");
  image("Zebrafish heart", read_from(raw));
  image("zebra crossing");
  table("mouse");
  EXPECT_EQ(filtered("search: \"ZEBRA\""), "zebra crossing raw.czi ");
  EXPECT_EQ(filtered("search: \"raw\""), "raw.czi ");
  EXPECT_EQ(filtered("search: \"%\""), "");
  EXPECT_EQ(filtered("search: \"\""), "mouse zebra crossing raw.czi ");
}

TEST_P(Roots, OfFilesAreJudgedByOneSeries) {
  const std::string raw = file("raw.czi"), plain = file("plain.txt");
  const std::string flat = image("flat", read_from(raw, "1"));
  const std::string deep =
      mikro_testing::dataset(lab_, "deep", {"t TIME", "y SPACE", "x SPACE"}, {4, 8, 8}, read_from(raw, "2"));
  const std::string alone = image("alone");
  table("areas");
  acquired(flat, "2026-01-01T10:00:00Z", "2026-01-01T11:00:00Z");
  acquired(deep, "2026-01-02T10:00:00Z", "2026-01-02T11:00:00Z");
  acquired(alone, "2026-01-01T10:30:00Z", "2026-01-01T12:00:00Z");
  EXPECT_EQ(filtered("spec: [IMAGE]"), "alone raw.czi ");
  EXPECT_EQ(filtered("spec: [IMAGE, TIMESERIES]"), "raw.czi ");
  EXPECT_EQ(filtered("spec: [VOLUME]"), "");
  EXPECT_EQ(filtered("spec: []"), "areas alone plain.txt raw.czi ");
  EXPECT_EQ(filtered("acquiredAfter: \"2026-01-01T11:30:00Z\""), "alone raw.czi ");
  EXPECT_EQ(filtered("acquiredAfter: \"2026-01-01T12:00:01Z\""), "raw.czi ");
  EXPECT_EQ(filtered("acquiredBefore: \"2026-01-01T10:00:00Z\""), "raw.czi ");
  EXPECT_EQ(filtered("acquiredBefore: \"2026-01-01T09:00:00Z\""), "");
  // One series was acquired then, but the other one is the time series.
  EXPECT_EQ(filtered("acquiredBefore: \"2026-01-01T23:00:00Z\", spec: [TIMESERIES]"), "");
  EXPECT_EQ(filtered("acquiredAfter: \"2026-01-02T00:00:00Z\", spec: [TIMESERIES]"), "raw.czi ");
}

TEST_P(Roots, AreNotAskedForByCollaborationYet) {
  EXPECT_THAT(lab_.error("{ roots(filters: {collaboration: 1}) { key } }"), StartsWith("NOT_IMPLEMENTED"));
}

}  // namespace
}  // namespace mikro::lineage
