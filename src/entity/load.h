// Which columns a place of a query needs of an entity, worked out once per
// document; and the loading itself.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "entity/call.h"
#include "entity/registry.h"

namespace entity {

/// What one selection asks of rows of one table.
struct LoadSpec {
  const Table* table = nullptr;
  std::vector<std::size_t> columns;  ///< ordinals; `id` first
  std::vector<std::pair<const graphql::FieldDef*, const Expression*>> expressions;
  /// Only the id is asked for: rows need not be read.
  bool only_id() const { return columns.size() == 1 && expressions.empty(); }

  /// `t."id", t."name", (select ...)`; expressions bind their parameters.
  std::string select_list(SqlText& sql, const std::string& alias, const Call& call) const;
  /// The rows with these ids, not scoped.
  sql::Query by_ids(sql::Ids ids, const Call& call) const;
  /// Takes the rows of a statement that began with this select list; `extra`
  /// columns stand before it.
  const RowSet& keep(Call& call, sql::Rows rows, std::size_t extra = 0) const;
};

/// What resolvers of entity fields say about themselves.
class EntityResolver : public graphql::Resolver {
 public:
  /// Adds the columns and expressions the parent's rows must have.
  virtual void needs(LoadSpec& parent) const = 0;
};

/// The spec of a field that answers with entities: its selection's needs.
std::shared_ptr<const LoadSpec> make_load_spec(const Table& table, const graphql::PlanField& plan);

void add_need(LoadSpec& spec, std::size_t ordinal);
void add_expression(LoadSpec& spec, const graphql::FieldDef& field, const Expression& expression);

}  // namespace entity
