#include "services/rekuest/port.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "services/rekuest/catalog_rows.h"
#include "services/rekuest/definition_units.h"
#include "services/rekuest/matching.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Json;

std::optional<std::string> optional_text(const Json& value) {
  if (value.is_string()) return value.as_string();
  return std::nullopt;
}

PortConstraint constraint_of(const Json& declared, std::int64_t ordinal, const Json& value) {
  PortConstraint constraint;
  constraint.ordinal = ordinal;
  constraint.key = declared["key"].as_string();
  constraint.operation = declared["operator"].as_string();
  constraint.canonical = canonical_json(value);
  if (value.is_number()) constraint.number = value.as_double();
  return constraint;
}

void add_constraints(const Json& declared, std::vector<PortConstraint>& constraints) {
  if (!declared.is_array()) return;
  std::int64_t ordinal = 0;
  for (const Json& constraint : declared.items()) {
    const Json& value = constraint["value"];
    const std::string& operation = constraint["operator"].as_string();
    if (operation != "IN" && operation != "NOT_IN") {
      constraints.push_back(constraint_of(constraint, ordinal, value));
    } else if (value.items().empty()) {
      PortConstraint none = constraint_of(constraint, ordinal, value);
      none.canonical.reset();
      constraints.push_back(std::move(none));
    } else {
      for (const Json& element : value.items())
        constraints.push_back(constraint_of(constraint, ordinal, element));
    }
    ++ordinal;
  }
}

void add_ports(const Json& declared, std::optional<std::size_t> parent, std::vector<Port>& ports) {
  if (!declared.is_array()) return;
  std::int64_t position = 0;
  for (const Json& source : declared.items()) {
    Port port;
    port.parent = parent;
    port.depth = parent ? ports[*parent].depth + 1 : 0;
    port.position = position++;
    port.key = source["key"].as_string();
    port.key_path = parent ? ports[*parent].key_path + "." + port.key : port.key;
    port.kind = source["kind"].as_string();
    port.identifier = optional_text(source["identifier"]);
    if (source["reference_unit"].is_string())
      port.dimension = dimension_of_unit(source["reference_unit"].as_string());
    port.nullable = source["nullable"].as_bool();
    add_constraints(source["requires"], port.constraints);
    add_constraints(source["provides"], port.constraints);
    ports.push_back(std::move(port));
    add_ports(source["children"], ports.size() - 1, ports);
  }
}

std::string side_name(PortOwner::Side side) {
  switch (side) {
    case PortOwner::Side::kArgs:
      return "ARGS";
    case PortOwner::Side::kReturns:
      return "RETURNS";
    case PortOwner::Side::kState:
      return "STATE";
  }
  return "";
}

/// Where a port row stands; no two have the same.
using Seat =
    std::tuple<std::int64_t, std::string, std::int64_t, std::int64_t>;  // owner, side, parent, position

class PortInsertion {
 public:
  PortInsertion(sql::Writer& writer, std::int64_t organization, const std::vector<PortOwner>& owners)
      : writer_(writer), organization_(organization), owners_(owners) {
    for (const PortOwner& owner : owners) ids_.emplace_back(owner.ports->size(), 0);
  }

  void run() {
    int deepest = -1;
    for (const PortOwner& owner : owners_) {
      for (const Port& port : *owner.ports) deepest = std::max(deepest, port.depth);
    }
    for (int depth = 0; depth <= deepest; ++depth) insert_level(depth);
    insert_constraints();
  }

 private:
  template <class Each>
  void for_each_at(int depth, Each each) {
    for (std::size_t o = 0; o < owners_.size(); ++o) {
      const std::vector<Port>& ports = *owners_[o].ports;
      for (std::size_t p = 0; p < ports.size(); ++p) {
        if (ports[p].depth == depth) each(o, p);
      }
    }
  }

  std::int64_t parent_id(std::size_t owner, const Port& port) const {
    return port.parent ? ids_[owner][*port.parent] : 0;
  }

  void insert_level(int depth) {
    BulkInsert insert(
        writer_,
        "port (organization_id, action_id, definition_id, side, parent_id, position, key, key_path, kind, "
        "identifier, dimension, nullable)",
        " returning id, coalesce(action_id, definition_id), side, coalesce(parent_id, 0), position");
    for_each_at(depth, [&](std::size_t o, std::size_t p) {
      const PortOwner& owner = owners_[o];
      const Port& port = (*owner.ports)[p];
      const bool of_state = owner.side == PortOwner::Side::kState;
      const std::int64_t parent = parent_id(o, port);
      insert.add({organization_, of_state ? sql::Value() : sql::Value(owner.id),
                  of_state ? sql::Value(owner.id) : sql::Value(), side_name(owner.side),
                  parent == 0 ? sql::Value() : sql::Value(parent), port.position, port.key, port.key_path,
                  port.kind, sql::nullable(port.identifier), sql::nullable(port.dimension),
                  std::int64_t{port.nullable}});
    });
    std::map<Seat, std::int64_t> seats;
    insert.finish([&seats](const sql::Rows& rows, std::size_t row) {
      seats[{rows.integer(row, 1), std::string(rows.text(row, 2)), rows.integer(row, 3),
             rows.integer(row, 4)}] = rows.integer(row, 0);
    });
    for_each_at(depth, [&](std::size_t o, std::size_t p) {
      const Port& port = (*owners_[o].ports)[p];
      ids_[o][p] = seats.at({owners_[o].id, side_name(owners_[o].side), parent_id(o, port), port.position});
    });
  }

  void insert_constraints() {
    BulkInsert insert(writer_, "port_constraint (port_id, ordinal, key, operator, canonical, number)");
    for (std::size_t o = 0; o < owners_.size(); ++o) {
      const std::vector<Port>& ports = *owners_[o].ports;
      for (std::size_t p = 0; p < ports.size(); ++p) {
        for (const PortConstraint& constraint : ports[p].constraints) {
          insert.add({ids_[o][p], constraint.ordinal, constraint.key, constraint.operation,
                      sql::nullable(constraint.canonical),
                      constraint.number ? sql::Value(*constraint.number) : sql::Value()});
        }
      }
    }
    insert.finish();
  }

  sql::Writer& writer_;
  std::int64_t organization_;
  const std::vector<PortOwner>& owners_;
  std::vector<std::vector<std::int64_t>> ids_;
};

}  // namespace

std::vector<Port> flatten_ports(const Json& ports) {
  std::vector<Port> flat;
  add_ports(ports, std::nullopt, flat);
  return flat;
}

void insert_ports(sql::Writer& writer, std::int64_t organization, const std::vector<PortOwner>& owners) {
  PortInsertion(writer, organization, owners).run();
}

}  // namespace rekuest
