// A lab with tables, for the tests of this folder.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "services/mikro/testing/lab.h"
#include "services/mikro/testing/spaces.h"

namespace mikro {

using base::Json;
using mikro_testing::ParquetField;

inline constexpr std::string_view kCreate = R"(
  mutation ($input: CreateTableDatasetInput!) { it: createTableDataset(input: $input) {
    id name description axisNames spec descriptors provenanceMetadata
    folder { name } store { id sizeBytes }
    columns { order name dtype role axisType unit longName description references { id } nodeReferences { id } table { name } }
    coordinateSystem { id name axes { name type unit longName } }
    fullLens { __typename label spec windows { axis } coordinateSystem { id } }
    lenses(windowed: true) { id }
    derivedFrom { kind } provenanceEntries { kind user { sub } }
  } })";

/// On both databases.
class Tables : public testing::TestWithParam<sql::Dialect> {
 protected:
  Json input(const std::string& store, std::string_view columns, Json more = Json::object()) {
    more.set("name", "cells");
    more.set("data", store);
    more.set("columns", Json::parse(columns));
    return Json::object({{"input", std::move(more)}});
  }
  Json made(const std::vector<ParquetField>& fields, std::string_view columns, Json more = Json::object()) {
    return lab_.data(kCreate, input(lab_.table(fields), columns, std::move(more)))["it"];
  }
  std::string refused(const std::vector<ParquetField>& fields, std::string_view columns) {
    return lab_.error(kCreate, input(lab_.table(fields), columns));
  }
  /// A table whose rows are looked up by `object_id`.
  std::string objects(std::string_view identified_by = "[]") {
    return made({{"object_id", "BIGINT"}, {"area", "DOUBLE"}},
                fmt::format(
                    R"([{{"name":"object_id","axisType":"INDEX","identifiedBy":{}}},{{"name":"area"}}])",
                    identified_by))["id"]
        .as_string();
  }
  std::string remove(const std::string& table) {
    return lab_.error("mutation ($id: ID!) { deleteTableDataset(input: {id: $id}) }",
                      mikro_testing::id_variable(table));
  }
  std::string found(const std::string& filters) {
    std::string names;
    const Json data = lab_.data("{ it: tableDatasets(filters: " + filters + ") { name } }");
    for (const Json& one : data["it"].items()) names += one["name"].as_string() + " ";
    return names;
  }
  void rename(const Json& table, const std::string& name) {
    lab_.data(
        "mutation ($id: ID!, $name: String) { updateTableDataset(input: {id: $id, name: $name}) { id } }",
        Json::object({{"id", table["id"]}, {"name", name}}));
  }

  mikro_testing::Lab lab_{GetParam()};
};

}  // namespace mikro
