// A lab with data that came of data, for the tests of this folder.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "services/mikro/testing/lab.h"
#include "services/mikro/testing/spaces.h"

namespace mikro::lineage {

using base::Json;

/// On both databases.
class Lineages : public testing::TestWithParam<sql::Dialect> {
 protected:
  /// An entry of `derivedFrom`.
  static Json from(std::string_view kind, std::string_view field, const std::string& id,
                   std::string_view more = "{}") {
    Json entry = Json::parse(more);
    entry.set("kind", kind);
    entry.set(std::string(field), id);
    return entry;
  }
  static Json from_image(const std::string& id) { return from("DATASET", "dataset", id); }
  static Json derived(Json::Array entries) {
    return Json::object({{"derivedFrom", Json(std::move(entries))}});
  }
  static Json read_from(const std::string& file, const std::string& series = "") {
    return Json::object(
        {{"sourceFiles", Json::array({Json::object({{"file", file}, {"seriesIdentifier", series}})})}});
  }
  /// An entry of `exportOf`.
  static Json written_from(const std::string& image) {
    return Json::object({{"kind", "DATASET"}, {"dataset", image}});
  }

  std::string image(const std::string& name, Json more = Json::object()) {
    return mikro_testing::dataset(lab_, name, {"y SPACE", "x SPACE"}, {8, 8}, std::move(more));
  }
  std::string file(const std::string& name, Json::Array export_of = {}) {
    return made("fromFileLike", "FromFileLike",
                Json::object({{"file", lab_.upload("Bigfile", {{"", "bytes"}})},
                              {"fileName", name},
                              {"exportOf", Json(std::move(export_of))}}));
  }
  std::string table(const std::string& name, Json more = Json::object()) {
    more.set("name", name);
    more.set("data", lab_.table({{"object_id", "BIGINT"}, {"area", "DOUBLE"}}));
    more.set("columns", Json::parse(R"([{"name":"object_id","axisType":"INDEX"},{"name":"area"}])"));
    return made("createTableDataset", "CreateTableDatasetInput", std::move(more));
  }
  std::string drawing(const std::string& name, Json more = Json::object()) {
    more.set("name", name);
    more.set("axes", mikro_testing::axes_json({"y SPACE", "x SPACE"}));
    return made("createAnnotationCollection", "CreateAnnotationCollectionInput", std::move(more));
  }
  std::string shape(const std::string& collection) {
    return made("createAnnotation", "CreateAnnotationInput",
                Json::object({{"collection", collection},
                              {"name", "cell"},
                              {"kind", "RECTANGLE"},
                              {"vectors", Json::parse("[[0, 0], [4, 4]]")}}));
  }
  std::string made(std::string_view mutation, std::string_view type, Json members) {
    return lab_
        .data(fmt::format("mutation ($input: {}!) {{ it: {}(input: $input) {{ id }} }}", type, mutation),
              mikro_testing::input(std::move(members)))["it"]["id"]
        .as_string();
  }
  void execute(const std::string& text) {
    lab_.database().write([&](sql::Writer& writer) { writer.execute(text); });
  }
  /// The row of a task with this id, in the organization of the membership that came first.
  std::int64_t task(const std::string& id) {
    std::int64_t row = 0;
    lab_.database().write([&](sql::Writer& writer) {
      row = writer.insert(
          "insert into task (organization_id, task_id, root_task_id, assigner_sub, caller_sub, agent_sub,"
          " agent_client_id, issuer, token_id, args_hash, args_hash_algorithm, created_at)"
          " select organization_id, $1, $1, '', '', '', '', 'us', '', '', '', 0 from membership"
          " order by id limit 1 returning id",
          {id});
    });
    return row;
  }

  mikro_testing::Lab lab_{GetParam()};
};

}  // namespace mikro::lineage
