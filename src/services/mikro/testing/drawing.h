// A lab with something to draw in and on.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "services/mikro/spaces/edge_rows.h"
#include "services/mikro/spaces/space_rows.h"
#include "services/mikro/testing/lab.h"

namespace mikro_testing {

class Drawing {
 protected:
  explicit Drawing(sql::Dialect dialect) : lab_(dialect) {}

  static base::Json axis(const char* name, const char* type) {
    return base::Json::object({{"name", name}, {"type", type}});
  }
  static base::Json yx() { return base::Json::array({axis("y", "SPACE"), axis("x", "SPACE")}); }
  static base::Json tyx() {
    return base::Json::array({axis("t", "TIME"), axis("y", "SPACE"), axis("x", "SPACE")});
  }
  static base::Json cyx_json() {
    return base::Json::array({axis("c", "CHANNEL"), axis("y", "SPACE"), axis("x", "SPACE")});
  }
  static std::vector<mikro::DescribedAxis> cyx();
  static base::Json input(std::initializer_list<base::Json::Member> members) {
    return base::Json::object({{"input", base::Json::object(members)}});
  }
  static std::int64_t row(const base::Json& id) { return std::stoll(id.as_string()); }

  /// An image with the axes c, y, x; `id` and `intrinsicSystem { id }` of it.
  base::Json dataset(const std::vector<std::int64_t>& shape);
  /// A collection with a space of its own; its id.
  std::string collection(const std::string& name, base::Json axes);
  std::int64_t system_of(const std::string& collection);

  /// A space that nothing lives in, and an edge from one space to another, as the rows of other families
  /// would be.
  std::int64_t space(const std::string& name, std::vector<mikro::DescribedAxis> axes);
  std::int64_t derive(std::int64_t input, std::int64_t output, mikro::space::Kind kind,
                      std::vector<double> translation, mikro::EdgeRole role);

  /// The shape that the JSON describes, without its collection, as clients get it back.
  base::Json draw(const std::string& collection, const char* shape);
  /// What `drawn` is after an update of these fields.
  base::Json change(const base::Json& drawn, const char* fields);
  /// The names of the annotations that a filter leaves.
  std::string found(const std::string& filter);
  std::string refused(const std::string& filter);

  std::int64_t count(const std::string& table);
  void execute(const std::string& sql);

  Lab lab_;

 private:
  mikro::Maker maker();
};

}  // namespace mikro_testing
