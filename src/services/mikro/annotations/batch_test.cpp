// Many shapes at once: all or none, in order, hidden until they are all there; and who hears of them.
#include "services/mikro/annotations/batch.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <thread>

#include "base/clock.h"
#include "base/error.h"
#include "services/mikro/annotations/annotation.h"
#include "services/mikro/annotations/follow.h"
#include "services/mikro/testing/drawing.h"

namespace mikro {
namespace {

using base::Json;
using mikro_testing::Drawing;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// More than one transaction takes.
constexpr std::int64_t kMany = 4'501;

constexpr std::string_view kDrawMany =
    "mutation ($input: CreateAnnotationsInput!) { made: createAnnotations(input: $input) { id name vectors } "
    "}";

class ManyAnnotations : public testing::TestWithParam<sql::Dialect>, public Drawing {
 protected:
  ManyAnnotations() : Drawing(GetParam()) {}

  static Json shapes(std::int64_t many) {
    Json list = Json::array();
    for (std::int64_t i = 0; i < many; ++i) {
      list.push_back(
          Json::object({{"kind", "POINT"},
                        {"name", fmt::format("n{}", i)},
                        {"vectors", Json::array({Json::array({i, i + 1})})},
                        {"coordinates", Json::array({Json::object({{"name", "t"}, {"value", i % 7}})})}}));
    }
    return list;
  }
  Json many(const std::string& collection, std::int64_t number) {
    return input({{"collection", collection}, {"annotations", shapes(number)}});
  }
};

INSTANTIATE_TEST_SUITE_P(Both, ManyAnnotations, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(ManyAnnotations, ComeBackInTheOrderTheyWereDrawn) {
  const std::string rois = collection("rois", tyx());
  for (const std::int64_t number : {std::int64_t{3}, kMany}) {
    const Json made = lab_.data(kDrawMany, many(rois, number))["made"];
    ASSERT_EQ(made.items().size(), static_cast<std::size_t>(number));
    for (std::int64_t i = 0; i < number; ++i) {
      ASSERT_EQ(made.items()[static_cast<std::size_t>(i)]["name"].as_string(), fmt::format("n{}", i));
    }
  }
  EXPECT_EQ(count("annotation"), kMany + 3);
  EXPECT_EQ(count("annotation_pin"), kMany + 3);
  EXPECT_EQ(count("annotation_batch"), 0);
  EXPECT_EQ(count("provenance_entry where subject_type = 'Annotation' and kind = 'CREATE'"), kMany + 3);
  EXPECT_EQ(
      lab_.data(
              "{ annotations(filters: {pinnedTo: [{name: \"t\", value: 6}], name: {exact: \"n4500\"}}) { name"
              " provenanceEntries { kind } } }")
          .dump(),
      R"({"annotations":[{"name":"n4500","provenanceEntries":[{"kind":"CREATE"}]}]})");
  EXPECT_EQ(lab_.data("mutation ($id: ID!) { made: createAnnotations(input: {collection: $id, annotations: "
                      "[]}) { id } }",
                      Json::object({{"id", rois}}))
                .dump(),
            R"({"made":[]})");
}

TEST_P(ManyAnnotations, AreAsManyAsOneCallTakes) {
  const std::string rois = collection("rois", tyx());
  Json list = Json::array();
  const Json point = Json::parse(R"({"kind": "POINT", "vectors": []})");
  for (std::size_t i = 0; i <= kMostShapesAtOnce; ++i) list.push_back(point);
  EXPECT_THAT(lab_.error(kDrawMany, input({{"collection", rois}, {"annotations", std::move(list)}})),
              HasSubstr("100000"));
  EXPECT_EQ(count("annotation"), 0);
}

// What a process leaves that ends between two pieces.
TEST_P(ManyAnnotations, AreNotSeenBeforeTheyAreAllThere) {
  const std::string rois = collection("rois", tyx());
  lab_.data(kDrawMany, many(rois, kMany));
  const std::int64_t begun = base::now_micros();
  execute(fmt::format("insert into annotation_batch (collection_id, began_at) values ({}, {})", rois, begun));
  execute("update annotation set batch = (select max(id) from annotation_batch) where name <> 'n7'");
  EXPECT_EQ(lab_.data("{ annotations { name } annotationCollections { annotations { name } } "
                      "annotationsStats { count } }")
                .dump(),
            R"({"annotations":[{"name":"n7"}],"annotationCollections":[{"annotations":[{"name":"n7"}]}],)"
            R"("annotationsStats":{"count":1}})");
  EXPECT_EQ(
      lab_.data(fmt::format("{{ it: nearestAnnotations(collection: {}, point: [1, 1]) {{ name }} }}", rois))
          .dump(),
      R"({"it":[{"name":"n7"}]})");
  EXPECT_EQ(lab_.data("{ annotationCollections { fullLens { annotations { name } } } }").dump(),
            R"({"annotationCollections":[{"fullLens":{"annotations":[{"name":"n7"}]}}]})");

  remove_lost_batches(lab_.database(), begun);
  EXPECT_EQ(count("annotation_batch"), 1);
  remove_lost_batches(lab_.database(), begun + 1);
  EXPECT_EQ(count("annotation_batch"), 0);
  EXPECT_EQ(count("annotation"), 1);
  EXPECT_EQ(count("annotation_pin"), 1);
  EXPECT_EQ(count("provenance_entry where subject_type = 'Annotation'"), 1);
}

TEST_P(ManyAnnotations, LeaveNothingWhereThePublicationFails) {
  const std::string rois = collection("rois", tyx());
  Canvas canvas = [&] {
    std::optional<Canvas> opened;
    entity::Call call;
    lab_.database().read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
      call.organization = reader.query("select organization_id from annotation_collection").integer(0, 0);
      opened.emplace(open_canvas(reader, call, row(rois)));
    });
    return std::move(*opened);
  }();
  schema::AnnotationSpecInput point;
  point.vectors = {Json::parse("[1, 2]")};
  const std::vector<NewShape> all(kMany, shape_of(canvas, point));
  Maker maker;
  EXPECT_THROW(write_shapes(lab_.database(), lab_.feed(), maker, row(rois), all), base::Error);
  EXPECT_EQ(count("annotation") + count("annotation_batch"), 0);
  EXPECT_THROW(write_shapes(lab_.database(), lab_.feed(), maker, 99, all), base::Error);
}

// Whoever takes lost batches away may take one for lost that is slow only.
TEST_P(ManyAnnotations, AreAllThereOrNotAtAllIfTheyAreGivenUpMeanwhile) {
  const std::string rois = collection("rois", tyx());
  std::atomic<bool> is_drawing = true;
  std::thread sweeper([&] {
    while (is_drawing) remove_lost_batches(lab_.database(), std::numeric_limits<std::int64_t>::max());
  });
  const std::string refused = lab_.error(kDrawMany, many(rois, kMany));
  is_drawing = false;
  sweeper.join();
  EXPECT_THAT(refused, testing::AnyOf("", HasSubstr("Draw fewer")));
  EXPECT_EQ(count("annotation"), refused.empty() ? kMany : 0);
  EXPECT_EQ(count("annotation_batch"), 0);
}

TEST_P(ManyAnnotations, AreHeardOfOneByOne) {
  const std::string rois = collection("rois", tyx());
  const std::string others = collection("others", tyx());
  entity::Call call;
  lab_.database().read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    call.organization = reader.query("select organization_id from annotation_collection").integer(0, 0);
  });
  call.database = &lab_.database();
  std::vector<std::string> heard;
  const auto handle =
      follow_shapes(call, lab_.feed(), row(rois), [&](const Json& event) { heard.push_back(event.dump()); });
  const Json drawn = draw(rois, R"({"kind": "POINT", "vectors": []})");
  draw(others, R"({"kind": "POINT", "vectors": []})");
  change(drawn, R"({"name": "cell"})");
  lab_.data("mutation ($id: ID!) { deleteAnnotation(input: {id: $id}) }",
            Json::object({{"id", drawn["id"]}}));
  EXPECT_THAT(heard, ElementsAre(R"({"create":1})", R"({"update":1})",
                                 fmt::format(R"({{"delete":"{}"}})", drawn["id"].as_string())));
  heard.clear();
  lab_.data(kDrawMany, many(rois, kMany));
  EXPECT_EQ(heard.size(), static_cast<std::size_t>(kMany));
  EXPECT_THAT(heard.front(), StartsWith(R"({"create":)"));
  call.organization += 1;
  EXPECT_THROW(follow_shapes(call, lab_.feed(), row(rois), [](const Json&) {}), base::Error);
}

}  // namespace
}  // namespace mikro
