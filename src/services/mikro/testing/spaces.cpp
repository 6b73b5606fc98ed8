#include "services/mikro/testing/spaces.h"

#include <fmt/format.h>

#include <sstream>

namespace mikro_testing {

using base::Json;

namespace {

void add_members(Json& to, const Json& more) {
  for (const auto& [name, value] : more.members()) to.set(name, value);
}

}  // namespace

Json axes_json(const Axes& axes) {
  Json list = Json::array();
  for (const std::string_view text : axes) {
    std::istringstream words{std::string(text)};
    std::string name, type, unit;
    words >> name >> type >> unit;
    Json axis = Json::object({{"name", name}, {"type", type}});
    if (!unit.empty()) axis.set("unit", unit);
    list.push_back(axis);
  }
  return list;
}

Json input(Json members) { return Json::object({{"input", std::move(members)}}); }
Json id_variable(const std::string& id) { return Json::object({{"id", id}}); }

std::string dataset(Lab& lab, const std::string& name, const Axes& axes,
                    const std::vector<std::int64_t>& shape, Json more) {
  Json members = Json::object(
      {{"data", lab.array(shape)}, {"scales", Json::array()}, {"name", name}, {"axes", axes_json(axes)}});
  add_members(members, more);
  return lab.data(kCreateDataset, input(std::move(members)))["it"]["id"].as_string();
}

std::string grid_of(Lab& lab, const std::string& dataset) {
  return lab
      .data("query ($id: ID!) { it: arrayDataset(id: $id) { intrinsicSystem { id } } }",
            id_variable(dataset))["it"]["intrinsicSystem"]["id"]
      .as_string();
}

std::string world(Lab& lab, const std::string& name, const Axes& axes, Json more) {
  Json members = Json::object({{"name", name}, {"axes", axes_json(axes)}});
  add_members(members, more);
  return lab.data(kCreateSpace, input(std::move(members)))["it"]["id"].as_string();
}

std::string edge(Lab& lab, const std::string& input_space, const std::string& output,
                 std::string_view transform, Json more) {
  Json members =
      Json::object({{"input", input_space}, {"output", output}, {"transform", Json::parse(transform)}});
  add_members(members, more);
  return lab.data(kCreateEdge, input(std::move(members)))["it"]["id"].as_string();
}

std::string lens(Lab& lab, const std::string& dataset, std::string_view slices) {
  return lab
      .data(kCreateLens,
            input(Json::object({{"dataset", dataset}, {"slices", Json::parse(slices)}})))["it"]["id"]
      .as_string();
}

std::string space_of(Lab& lab, const std::string& lens) {
  return lab
      .data("query ($id: ID!) { it: lens(id: $id) { coordinateSystem { id } } }",
            id_variable(lens))["it"]["coordinateSystem"]["id"]
      .as_string();
}

std::int64_t count(Lab& lab, std::string_view table) {
  std::int64_t rows = 0;
  lab.database().read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    rows = reader.query(fmt::format("select count(*) from {}", table)).integer(0, 0);
  });
  return rows;
}

}  // namespace mikro_testing
