#include "services/mikro/testing/drawing.h"

#include <fmt/format.h>

namespace mikro_testing {

using base::Json;
using mikro::DescribedAxis;
using mikro::space::AxisType;

namespace {

constexpr std::string_view kShape =
    "id name vectors coordinates { name value } intrinsicBbox { min max } fillColor createdWithTransforms"
    " provenanceEntries { kind effectiveChanges { field } }";

}  // namespace

std::vector<DescribedAxis> Drawing::cyx() {
  return {DescribedAxis{{"c", AxisType::kChannel, {}}, {}, {}},
          DescribedAxis{{"y", AxisType::kSpace, {}}, {}, {}},
          DescribedAxis{{"x", AxisType::kSpace, {}}, {}, {}}};
}

Json Drawing::dataset(const std::vector<std::int64_t>& shape) {
  return lab_.data(
      "mutation ($input: CreateArrayDatasetInput!) { made: createArrayDataset(input: $input) { id "
      "intrinsicSystem"
      " { id } } }",
      input({{"name", "image"},
             {"data", lab_.array(shape)},
             {"scales", Json::array()},
             {"axes", cyx_json()}}))["made"];
}

std::string Drawing::collection(const std::string& name, Json axes) {
  return lab_
      .data(
          "mutation ($input: CreateAnnotationCollectionInput!) { made: createAnnotationCollection(input: "
          "$input)"
          " { id } }",
          input({{"name", name}, {"axes", std::move(axes)}}))["made"]["id"]
      .as_string();
}

std::int64_t Drawing::system_of(const std::string& collection) {
  return row(lab_.data("query ($id: ID!) { it: annotationCollection(id: $id) { coordinateSystem { id } } }",
                       Json::object({{"id", collection}}))["it"]["coordinateSystem"]["id"]);
}

mikro::Maker Drawing::maker() {
  mikro::Maker maker;
  lab_.database().read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    const sql::Rows rows =
        reader.query("select organization_id, user_id from membership order by id limit 1");
    maker.organization = rows.integer(0, 0);
    maker.user = rows.integer(0, 1);
  });
  return maker;
}

std::int64_t Drawing::space(const std::string& name, std::vector<DescribedAxis> axes) {
  const mikro::Maker who = maker();
  std::int64_t id = 0;
  mikro::NewSpace space;
  space.name = name;
  space.axes = std::move(axes);
  lab_.database().write([&](sql::Writer& writer) { id = insert_space(writer, who, space); });
  return id;
}

std::int64_t Drawing::derive(std::int64_t from, std::int64_t to, mikro::space::Kind kind,
                             std::vector<double> translation, mikro::EdgeRole role) {
  const mikro::Maker who = maker();
  mikro::NewEdge edge;
  edge.input = from;
  edge.output = to;
  edge.transform.kind = kind;
  edge.transform.translation = std::move(translation);
  edge.input_axes = mikro::plain(cyx());
  edge.output_axes = edge.input_axes;
  edge.role = role;
  std::int64_t id = 0;
  lab_.database().write([&](sql::Writer& writer) { id = insert_edge(writer, who, edge); });
  return id;
}

Json Drawing::draw(const std::string& collection, const char* shape) {
  Json drawn = Json::parse(shape);
  drawn.set("collection", collection);
  return lab_.data(
      fmt::format(
          "mutation ($input: CreateAnnotationInput!) {{ made: createAnnotation(input: $input) {{ {} }} }}",
          kShape),
      Json::object({{"input", std::move(drawn)}}))["made"];
}

Json Drawing::change(const Json& drawn, const char* fields) {
  Json wanted = Json::parse(fields);
  wanted.set("id", drawn["id"]);
  return lab_.data(
      fmt::format(
          "mutation ($input: UpdateAnnotationInput!) {{ it: updateAnnotation(input: $input) {{ {} }} }}",
          kShape),
      Json::object({{"input", std::move(wanted)}}))["it"];
}

std::string Drawing::found(const std::string& filter) {
  Json names = Json::array();
  const Json data = lab_.data(fmt::format("{{ it: annotations(filters: {}) {{ name }} }}", filter));
  for (const Json& one : data["it"].items()) names.push_back(one["name"]);
  return names.dump();
}

std::string Drawing::refused(const std::string& filter) {
  return lab_.error(fmt::format("{{ annotations(filters: {}) {{ name }} }}", filter));
}

std::int64_t Drawing::count(const std::string& table) {
  std::int64_t rows = 0;
  lab_.database().read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    rows = reader.query("select count(*) from " + table).integer(0, 0);
  });
  return rows;
}

void Drawing::execute(const std::string& sql) {
  lab_.database().write([&](sql::Writer& writer) { writer.execute(sql); });
}

}  // namespace mikro_testing
