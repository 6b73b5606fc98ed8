// A lab with data that came of data, for the tests of this folder.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

  Json walk(const std::string& kind, const std::string& id, const std::string& more = "") {
    return lab_.data(query(kind, id, more))["it"];
  }
  std::string refused(const std::string& kind, const std::string& id, const std::string& more = "") {
    return lab_.error(query(kind, id, more));
  }
  static std::string query(const std::string& kind, const std::string& id, const std::string& more) {
    return fmt::format(
        "{{ it: lineage(start: {{kind: {}, id: \"{}\"}}{}) {{ root truncated nodes {{ key kind id name depth"
        " createdAt taskId hasMoreUp hasMoreDown lensCount levels dtype lenses {{ id label whole shape slices"
        " {{ axis start stop step }} }} axes {{ name type size chunk }} }} edges {{ key kind source target"
        " taskId transformationKind valueRelation annotationId primary sourceLens }} }} }}",
        kind, id, more);
  }
  /// `image@0 mask@1v`, with `^` and `v` where there is more, and the edges by their nodes' names.
  static std::string story(const Json& lineage) {
    std::map<std::string, std::string> names;
    std::string text;
    for (const Json& node : lineage["nodes"].items()) {
      names[node["key"].as_string()] = node["name"].as_string();
      text += fmt::format("{}{}@{}{}{}", text.empty() ? "" : " ", node["name"].as_string(),
                          node["depth"].as_int64().value(), node["hasMoreUp"].as_bool() ? "^" : "",
                          node["hasMoreDown"].as_bool() ? "v" : "");
    }
    for (const Json& edge : lineage["edges"].items()) {
      text +=
          fmt::format(" {}>{}", names.at(edge["source"].as_string()), names.at(edge["target"].as_string()));
    }
    return text + (lineage["truncated"].as_bool() ? " ..." : "");
  }
  std::string told(const std::string& kind, const std::string& id, const std::string& more = "") {
    return story(walk(kind, id, more));
  }
  /// `image: mask@1<image ... more`
  std::string below(const std::vector<std::pair<std::string, std::string>>& starts,
                    const std::string& more = "") {
    Json list = Json::array();
    for (const auto& [kind, id] : starts) list.push_back(Json::object({{"kind", kind}, {"id", id}}));
    const Json data = lab_.data("query ($starts: [LineageRootInput!]!) { it: descendants(starts: $starts" +
                                    more + ") { root more nodes { key kind id name depth parent } } }",
                                Json::object({{"starts", std::move(list)}}));
    std::string text;
    for (const Json& one : data["it"].items()) {
      std::map<std::string, std::string> names{{one["root"].as_string(), "root"}};
      text += one["root"].as_string() + ":";
      for (const Json& node : one["nodes"].items()) {
        names[node["key"].as_string()] = node["name"].as_string();
        text += fmt::format(" {}@{}<{}", node["name"].as_string(), node["depth"].as_int64().value(),
                            names.at(node["parent"].as_string()));
      }
      text += one["more"].as_bool() ? " ...; " : "; ";
    }
    return text;
  }

  mikro_testing::Lab lab_{GetParam()};
};

}  // namespace mikro::lineage
