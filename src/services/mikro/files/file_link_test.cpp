// What is known of files and data that encode the same: made with either, linked afterwards, found and
// undone.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/testing/drawing.h"

namespace mikro {
namespace {

using base::Json;
using mikro_testing::Drawing;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kMakeFile =
    "mutation ($input: FromFileLike!) { it: fromFileLike(input: $input) { id } }";
constexpr std::string_view kMakeDataset =
    "mutation ($input: CreateArrayDatasetInput!) { it: createArrayDataset(input: $input) { id } }";
constexpr std::string_view kMakeCollection =
    "mutation ($input: CreateAnnotationCollectionInput!) { it: createAnnotationCollection(input: $input)"
    " { id } }";
constexpr std::string_view kLink =
    "mutation ($input: LinkFileInput!) { it: linkFile(input: $input) { id direction seriesIdentifier"
    " valueRelation file { name } container { __typename ... on ArrayDataset { name }"
    " ... on AnnotationCollection { title: name } } creator { sub } provenanceEntries { kind } } }";

class FileLinks : public testing::TestWithParam<sql::Dialect>, public Drawing {
 protected:
  FileLinks() : Drawing(GetParam()) {}

  std::string file(const std::string& name, const Json& export_of = Json()) {
    return lab_
        .data(kMakeFile, input({{"file", lab_.upload("Bigfile", {{"", "bytes"}})},
                                {"fileName", name},
                                {"exportOf", export_of}}))["it"]["id"]
        .as_string();
  }
  Json dataset_input(const std::string& name, const Json& source_files) {
    return input({{"name", name},
                  {"data", lab_.array({2, 2})},
                  {"scales", Json::array()},
                  {"axes", yx()},
                  {"sourceFiles", source_files}});
  }
  std::string dataset(const std::string& name, const Json& source_files = Json()) {
    return lab_.data(kMakeDataset, dataset_input(name, source_files))["it"]["id"].as_string();
  }
  static Json source(const std::string& file, const Json& series = Json()) {
    return Json::object({{"file", file}, {"seriesIdentifier", series}});
  }
  static Json written_from(const std::string& dataset) {
    return Json::object({{"kind", "DATASET"}, {"dataset", dataset}});
  }
  std::string names(const std::string& list, const std::string& filter) {
    std::string text;
    const Json data = lab_.data(fmt::format("{{ it: {}(filters: {}) {{ name }} }}", list, filter));
    for (const Json& one : data["it"].items()) text += one["name"].as_string() + " ";
    return text;
  }
  std::string files(const std::string& filter) { return names("files", filter); }
  std::string datasets(const std::string& filter) { return names("arrayDatasets", filter); }
  Json one(const std::string& query) { return lab_.data("{ it: " + query + " }")["it"]; }
};

INSTANTIATE_TEST_SUITE_P(Both, FileLinks, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(FileLinks, AreMadeWithTheDataThatIsReadOutOfAFile) {
  const std::string raw = file("a.lif");
  const std::string cells = dataset("cells", Json::array({source(raw, "series-1"), source(raw, "series-2")}));
  const std::string rois =
      lab_.data(kMakeCollection,
                input({{"name", "rois"},
                       {"axes", yx()},
                       {"sourceFiles", Json::array({Json::object(
                                           {{"file", raw}, {"valueRelation", "IDENTICAL"}})})}}))["it"]["id"]
          .as_string();
  EXPECT_EQ(
      one(fmt::format("arrayDataset(id: {}) {{ sourceFiles {{ direction seriesIdentifier file {{ name }}"
                      " container {{ __typename }} }} exports {{ id }} }}",
                      cells))
          .dump(),
      R"({"sourceFiles":[{"direction":"SOURCE","seriesIdentifier":"series-1","file":{"name":"a.lif"},)"
      R"("container":{"__typename":"ArrayDataset"}},{"direction":"SOURCE","seriesIdentifier":"series-2",)"
      R"("file":{"name":"a.lif"},"container":{"__typename":"ArrayDataset"}}],"exports":[]})");
  EXPECT_EQ(
      one(fmt::format("annotationCollection(id: {}) {{ sourceFiles {{ seriesIdentifier valueRelation }} }}",
                      rois))
          .dump(),
      R"({"sourceFiles":[{"seriesIdentifier":null,"valueRelation":"IDENTICAL"}]})");
  EXPECT_EQ(
      one(fmt::format("file(id: {}) {{ all: derivedContainers {{ container {{ ... on ArrayDataset {{ name"
                      " }} ... on AnnotationCollection {{ title: name }} }} }} second:"
                      " derivedContainers(filters: {{seriesIdentifier: {{endsWith: \"2\"}}}}) {{"
                      " seriesIdentifier }} exportedFrom {{ id }} }}",
                      raw))
          .dump(),
      R"({"all":[{"container":{"name":"cells"}},{"container":{"name":"cells"}},)"
      R"({"container":{"title":"rois"}}],"second":[{"seriesIdentifier":"series-2"}],"exportedFrom":[]})");
}

TEST_P(FileLinks, AreMadeWithTheFileThatIsWrittenFromData) {
  const std::string cells = dataset("cells");
  const std::string tiff = file("cells.ome.tiff", Json::array({written_from(cells)}));
  EXPECT_EQ(
      one(fmt::format("file(id: {}) {{ exportedFrom {{ direction container {{ ... on ArrayDataset {{ name"
                      " }} }} }} derivedContainers {{ id }} }}",
                      tiff))
          .dump(),
      R"({"exportedFrom":[{"direction":"RENDITION","container":{"name":"cells"}}],"derivedContainers":[]})");
  EXPECT_EQ(
      one(fmt::format("arrayDataset(id: {}) {{ exports {{ file {{ name }} }} sourceFiles {{ id }} }}", cells))
          .dump(),
      R"({"exports":[{"file":{"name":"cells.ome.tiff"}}],"sourceFiles":[]})");
}

TEST_P(FileLinks, AreMadeAfterwardsInEitherDirection) {
  const std::string raw = file("a.czi");
  const std::string cells = dataset("cells");
  EXPECT_EQ(
      lab_.data(kLink, input({{"dataset", cells}, {"sourceFiles", Json::array({source(raw, "")})}}))["it"]
          .items()[0]["container"]
          .dump(),
      R"({"__typename":"ArrayDataset","name":"cells"})");
  Json exported = written_from(cells);
  exported.set("valueRelation", "TRANSFORMED");
  const Json made = lab_.data(
      kLink, input({{"file", raw},
                    {"sourceOf",
                     Json::array({exported, Json::object({{"kind", "ANNOTATION_COLLECTION"},
                                                          {"annotationCollection", collection("rois", yx())},
                                                          {"seriesIdentifier", "roi"}})})}}))["it"];
  ASSERT_EQ(made.items().size(), 2U);
  Json second = made.items()[1];
  second.set("id", "");
  EXPECT_EQ(second.dump(),
            R"({"id":"","direction":"RENDITION","seriesIdentifier":"roi","valueRelation":null,)"
            R"("file":{"name":"a.czi"},"container":{"__typename":"AnnotationCollection","title":"rois"},)"
            R"("creator":{"sub":"ada"},"provenanceEntries":[{"kind":"CREATE"}]})");
  EXPECT_EQ(made.items()[0]["valueRelation"].as_string(), "TRANSFORMED");
}

TEST_P(FileLinks, AreOneForEachSeriesAndDirection) {
  const std::string raw = file("a.lif");
  const std::string cells = dataset("cells", Json::array({source(raw, "1")}));
  const auto again = [&](const Json& series) {
    return lab_.error(kLink,
                      input({{"dataset", cells}, {"sourceFiles", Json::array({source(raw, series)})}}));
  };
  EXPECT_THAT(again("1"), StartsWith("CONFLICT"));
  EXPECT_EQ(again("2"), "");
  EXPECT_EQ(again(Json()), "");
  EXPECT_THAT(again(""), StartsWith("CONFLICT"));
  lab_.data(kLink, input({{"file", raw}, {"sourceOf", Json::array({written_from(cells)})}}));
  EXPECT_THAT(
      lab_.error(kMakeDataset, dataset_input("other", Json::array({source(raw, "1"), source(raw, "1")}))),
      StartsWith("VALIDATION_ERROR"));
  EXPECT_EQ(count("array_dataset"), 1);
}

TEST_P(FileLinks, AreRefusedByTheNameThatTheyWereGivenUnder) {
  const std::string raw = file("a.lif");
  const std::string cells = dataset("cells");
  const Json twice = Json::array({written_from(cells), written_from(cells)});
  EXPECT_THAT(lab_.error(kLink, input({{"file", raw}, {"sourceOf", twice}})), HasSubstr("`sourceOf`"));
  EXPECT_THAT(lab_.error(kLink, input({{"dataset", cells},
                                       {"sourceFiles", Json::array({source(raw), source(raw)})}})),
              HasSubstr("`sourceFiles`"));
  const std::string store = lab_.upload("Bigfile", {{"", "bytes"}});
  EXPECT_THAT(lab_.error(kMakeFile, input({{"file", store}, {"fileName", "b.tiff"}, {"exportOf", twice}})),
              HasSubstr("`exportOf`"));
}

TEST_P(FileLinks, AreRefusedForWhatDoesNotFitAndLeaveNothing) {
  const std::string raw = file("a.czi");
  const std::string cells = dataset("cells");
  const Json sources = Json::array({source(raw)});
  const auto refused = [&](std::initializer_list<Json::Member> members) {
    return lab_.error(kLink, input(members));
  };
  EXPECT_THAT(refused({}), StartsWith("VALIDATION_ERROR"));
  EXPECT_THAT(refused({{"dataset", cells}, {"sourceFiles", Json::array()}}), StartsWith("VALIDATION_ERROR"));
  EXPECT_THAT(refused({{"dataset", cells}, {"file", raw}, {"sourceFiles", sources}}),
              StartsWith("VALIDATION_ERROR"));
  EXPECT_THAT(refused({{"dataset", cells}, {"annotationCollection", "1"}, {"sourceFiles", sources}}),
              StartsWith("VALIDATION_ERROR"));
  EXPECT_THAT(refused({{"meshCollection", "1"}, {"sourceFiles", sources}}), StartsWith("NOT_IMPLEMENTED"));
  EXPECT_THAT(refused({{"dataset", "99"}, {"sourceFiles", sources}}), StartsWith("NOT_FOUND"));
  EXPECT_THAT(refused({{"dataset", cells}, {"sourceFiles", Json::array({source(raw), source("99")})}}),
              HasSubstr("99"));
  EXPECT_THAT(refused({{"file", raw}, {"sourceOf", Json::array({Json::object({{"kind", "DATASET"}})})}}),
              HasSubstr("requires `dataset`"));
  Json both = written_from(cells);
  both.set("meshCollection", "1");
  EXPECT_THAT(refused({{"file", raw}, {"sourceOf", Json::array({both})}}), HasSubstr("`meshCollection`"));
  EXPECT_THAT(
      refused({{"dataset", cells}, {"sourceFiles", Json::array({source(raw, std::string(513, 's'))})}}),
      HasSubstr("512"));
  EXPECT_EQ(count("file_link"), 0);

  const std::string store = lab_.upload("Bigfile", {{"", "bytes"}});
  EXPECT_THAT(
      lab_.error(
          kMakeFile,
          input({{"file", store}, {"fileName", "x.tiff"}, {"exportOf", Json::array({written_from("99")})}})),
      StartsWith("NOT_FOUND"));
  EXPECT_EQ(count("file"), 1);
  EXPECT_EQ(count("big_file_store where populated = 1"), 1);
}

TEST_P(FileLinks, GoWithWhatTheyLinkAndAreRememberedInTheHistory) {
  const std::string raw = file("a.czi");
  const std::string cells = dataset("cells", Json::array({source(raw)}));
  const std::string tiff = file("b.tiff", Json::array({written_from(cells)}));
  const std::string rois = collection("rois", yx());
  lab_.data(kLink, input({{"annotationCollection", rois}, {"sourceFiles", Json::array({source(raw)})}}));
  ASSERT_EQ(count("file_link"), 3);
  lab_.data(fmt::format("mutation {{ deleteFile(input: {{id: {}}}) }}", tiff));
  EXPECT_EQ(count("file_link"), 2);
  lab_.data(fmt::format("mutation {{ deleteArrayDataset(input: {{id: {}}}) }}", cells));
  EXPECT_EQ(count("file_link"), 1);
  lab_.data(fmt::format("mutation {{ deleteAnnotationCollection(input: {{id: {}}}) }}", rois));
  EXPECT_EQ(count("file_link"), 0);
  EXPECT_EQ(count("provenance_entry where subject_type = 'FileLink' and kind = 'CREATE'"), 3);
  EXPECT_EQ(count("provenance_entry where subject_type = 'FileLink' and kind = 'DELETE'"), 3);
}

TEST_P(FileLinks, AreUndoneByWhoeverMadeThem) {
  const std::string raw = file("a.czi");
  const std::string cells = dataset("cells");
  const std::string link =
      lab_.data(kLink, input({{"dataset", cells}, {"sourceFiles", Json::array({source(raw)})}}))["it"]
          .items()[0]["id"]
          .as_string();
  const std::string undo = fmt::format("mutation {{ it: unlinkFile(input: {{id: {}}}) }}", link);
  lab_.become("bob");
  EXPECT_THAT(lab_.error(undo), StartsWith("PERMISSION_DENIED"));
  lab_.become("eve", "elsewhere", {"admin"});
  EXPECT_THAT(lab_.error(undo), StartsWith("NOT_FOUND"));
  lab_.become("ada");
  EXPECT_EQ(lab_.data(undo)["it"].as_string(), link);
  EXPECT_THAT(lab_.error(undo), StartsWith("NOT_FOUND"));
  EXPECT_EQ(datasets("{hasSourceFile: false}"), "cells ");
}

TEST_P(FileLinks, BelongToTheirOrganization) {
  const std::string raw = file("a.czi");
  const std::string cells = dataset("cells", Json::array({source(raw)}));
  lab_.become("eve", "elsewhere");
  const std::string own_file = file("mine.czi");
  const std::string own = dataset("mine");
  EXPECT_THAT(lab_.error(kLink, input({{"dataset", own}, {"sourceFiles", Json::array({source(raw)})}})),
              StartsWith("NOT_FOUND"));
  EXPECT_THAT(
      lab_.error(kLink, input({{"dataset", cells}, {"sourceFiles", Json::array({source(own_file)})}})),
      StartsWith("NOT_FOUND"));
  EXPECT_THAT(
      lab_.error(kLink, input({{"file", own_file}, {"sourceOf", Json::array({written_from(cells)})}})),
      StartsWith("NOT_FOUND"));
  EXPECT_THAT(lab_.error(kMakeDataset, dataset_input("theirs", Json::array({source(raw)}))),
              StartsWith("NOT_FOUND"));
  EXPECT_EQ(files(fmt::format("{{sourceOf: {{kind: DATASET, id: {}}}}}", cells)), "");
  EXPECT_EQ(
      lab_.data(
              "{ it: _entities(representations: [{__typename: \"FileLink\", id: 1}]) { __typename } }")["it"]
          .dump(),
      "[null]");
}

TEST_P(FileLinks, AreWhatFilesAndDatasetsAreFoundBy) {
  const std::string raw = file("raw.lif");
  const std::string lone = file("lone.txt");
  const std::string first = dataset("first", Json::array({source(raw, "1")}));
  const std::string second = dataset("second", Json::array({source(raw, "2"), source(lone, "1")}));
  dataset("made");
  file("out.tiff", Json::array({written_from(first)}));
  file("nothing.pdf");
  const std::string is_first = fmt::format("{{kind: DATASET, id: {}}}", first);
  EXPECT_EQ(files("{notDerived: true}"), "raw.lif lone.txt nothing.pdf ");
  EXPECT_EQ(files("{notDerived: false}"), "out.tiff ");
  EXPECT_EQ(files("{unlinked: true}"), "nothing.pdf ");
  EXPECT_EQ(files("{unlinked: false}"), "raw.lif lone.txt out.tiff ");
  EXPECT_EQ(files("{sourceOf: " + is_first + "}"), "raw.lif ");
  EXPECT_EQ(files("{exportedFrom: " + is_first + "}"), "out.tiff ");
  EXPECT_EQ(files("{linkedTo: " + is_first + "}"), "raw.lif out.tiff ");
  EXPECT_EQ(files("{seriesIdentifier: \"2\"}"), "raw.lif ");
  EXPECT_THAT(lab_.error("{ files(filters: {linkedTo: {kind: MESH_COLLECTION, id: 1}}) { id } }"),
              StartsWith("NOT_IMPLEMENTED"));
  EXPECT_THAT(lab_.error("{ files(filters: {requires: [{key: \"@mikro/x\", operator: EXISTS, value: true}]})"
                         " { id } }"),
              StartsWith("VALIDATION_ERROR"));

  EXPECT_EQ(datasets("{hasSourceFile: true}"), "first second ");
  EXPECT_EQ(datasets("{hasSourceFile: false}"), "made ");
  EXPECT_EQ(datasets(fmt::format("{{sourceFile: {}}}", raw)), "first second ");
  EXPECT_EQ(datasets("{sourceSeriesIdentifier: \"1\"}"), "first second ");
  // Of that file: the other one's series of this name is none of it.
  EXPECT_EQ(datasets(fmt::format("{{sourceFile: {}, sourceSeriesIdentifier: \"1\"}}", raw)), "first ");
  EXPECT_EQ(datasets(fmt::format("{{NOT: {{sourceFile: {}, sourceSeriesIdentifier: \"1\"}}}}", raw)),
            "second made ");
  EXPECT_EQ(datasets(fmt::format("{{sourceFile: {}, OR: {{hasSourceFile: false}}}}", lone)), "second made ");
  EXPECT_EQ(datasets("{sourceFile: \"no number\"}"), "");
}

TEST_P(FileLinks, AreFoundWithoutASeriesByAnEmptyOne) {
  const std::string whole = file("whole.tiff");
  const std::string parts = file("parts.lif");
  dataset("one", Json::array({source(whole, "")}));
  dataset("first", Json::array({source(parts, "1"), source(whole, "cropped")}));
  dataset("made");
  EXPECT_EQ(files("{seriesIdentifier: \"\"}"), "whole.tiff ");
  EXPECT_EQ(datasets("{sourceSeriesIdentifier: \"\"}"), "one ");
  EXPECT_EQ(datasets(fmt::format("{{sourceFile: {}, sourceSeriesIdentifier: \"\"}}", whole)), "one ");
  EXPECT_EQ(datasets(fmt::format("{{sourceFile: {}, sourceSeriesIdentifier: \"\"}}", parts)), "");
}

TEST_P(FileLinks, CostTheSameNumberOfRoundTripsWhateverTheirNumber) {
  const std::string raw = file("a.lif");
  dataset("cells", Json::array({source(raw)}));
  const auto cost = [&] {
    const std::uint64_t before = lab_.round_trips();
    lab_.data(
        "{ files { derivedContainers { createdThroughBy { sub } file { name } container { ... on ArrayDataset"
        " { name sourceFiles { id } exports { id } } ... on AnnotationCollection { title: name } } } } }");
    return lab_.round_trips() - before;
  };
  const std::uint64_t one_link = cost();
  for (int i = 0; i < 5; ++i) dataset("more", Json::array({source(raw), source(file("b.lif"), "1")}));
  EXPECT_EQ(cost(), one_link);
}

// Whatever is deleted: whoever comes second finds nothing, and nothing is remembered of that.
class DeletionsOnPostgres : public FileLinks {};
INSTANTIATE_TEST_SUITE_P(Alone, DeletionsOnPostgres, testing::Values(sql::Dialect::kPostgres),
                         sql_testing::dialect_name);

TEST_P(DeletionsOnPostgres, HappenOnce) {
  const std::string raw = file("a.czi");
  std::string refused;
  lab_.overlap(
      [&](sql::Writer& writer) { writer.execute("delete from file where id = $1", {std::stoll(raw)}); },
      [&] {
        refused =
            lab_.error("mutation ($id: ID!) { deleteFile(input: {id: $id}) }", Json::object({{"id", raw}}));
      });
  EXPECT_THAT(refused, StartsWith("NOT_FOUND"));
  EXPECT_EQ(count("provenance_entry where kind = 'DELETE'"), 0);
}

}  // namespace
}  // namespace mikro
