#include "services/mikro/annotations/canvas.h"

#include "base/error.h"
#include "services/mikro/spaces/space_graph.h"

namespace mikro {

Canvas open_canvas(sql::Reader& reader, const entity::Call& call, std::int64_t collection) {
  const sql::Rows rows = reader.query(
      "select name, coordinate_system_id from annotation_collection where id = $1 and organization_id = $2",
      {collection, call.organization});
  if (rows.empty()) {
    throw base::Error(base::code::kNotFound, "No annotation collection with the id {}.", collection);
  }
  const std::int64_t system = rows.integer(0, 1);
  const space::Graph facts = load_chains(reader, call.organization, {{system}});
  space::ShapeFrame frame(facts, system);
  return {collection, std::string(rows.text(0, 0)), system, facts.space(system)->axes, std::move(frame)};
}

}  // namespace mikro
