// Resolvers of entity fields. Internal to entity/.
#pragma once

#include <memory>

#include "entity/filter.h"
#include "entity/load.h"
#include "entity/registry.h"

namespace entity {

std::shared_ptr<EntityResolver> column_field(const Column& column, const Table& table);
std::shared_ptr<EntityResolver> json_field(const Column& column, const Table& table);
std::shared_ptr<EntityResolver> ref_field(const Column& column, const Table& table);
std::shared_ptr<EntityResolver> sql_field(const graphql::FieldDef& field, const Expression& expression);
/// An expression that gives the id of another entity.
std::shared_ptr<EntityResolver> sql_ref_field(const graphql::FieldDef& field, const Expression& expression,
                                              const Table& target);
std::shared_ptr<EntityResolver> computed_ids_field(std::vector<std::size_t> needs,
                                                   const ComputedIds& function, const Table& target);
std::shared_ptr<EntityResolver> computed_field(std::vector<std::size_t> needs, const Computed& function);
std::shared_ptr<EntityResolver> computed_values_field(std::vector<std::size_t> needs,
                                                      const ComputedValues& function);
/// A field of a `@value` type that names entities: the JSON has their ids.
std::shared_ptr<EntityResolver> named_rows_field(const graphql::FieldDef& field, const Table& target);
std::shared_ptr<EntityResolver> absent_field(const graphql::FieldDef& field);

/// A list of entities: all of a table the caller may see, those that refer to
/// the parent, or those joined to it.
struct ListSource {
  const Table* table = nullptr;      ///< of the elements
  const Column* by = nullptr;        ///< `@many`: the element's reference to the parent
  const JoinTable* join = nullptr;   ///< `@through`
  bool join_forward = true;          ///< the parent is the join's `from`
  const Variant* variant = nullptr;  ///< only rows of this one
  std::string where;  ///< `where:` in the schema: SQL about the join's row `j`, or the element's `t`
  const Filter* filter = nullptr;
  const Ordering* ordering = nullptr;
  const Expression* narrowed = nullptr;  ///< a root list of some rows only
  std::string fixed_order;               ///< `@many(order:)`: `t."created_at" desc`
  std::int64_t fixed_limit = 0;          ///< 0: none
};
/// `@stats(of:)`: a root field that keeps its `filters`, and the fields below it.
std::shared_ptr<EntityResolver> stats_root();
std::shared_ptr<EntityResolver> stats_field(const graphql::FieldDef& field, const Table& table,
                                            const Filter* filter, std::vector<std::string>& problems);
std::shared_ptr<EntityResolver> list_field(ListSource source);
std::shared_ptr<EntityResolver> root_list(ListSource source);
/// `thing(id: ...)`: throws NOT_FOUND.
std::shared_ptr<EntityResolver> root_get(const Table& table, const graphql::NamedType& type);
/// A root field whose value from code is an id, a list of ids, or null.
std::shared_ptr<EntityResolver> root_loaded(const Table& table, const graphql::NamedType& type);

/// Whether objects of this abstract type are rows of several tables.
bool may_name_rows(const graphql::NamedType& type, const Model& model);
std::shared_ptr<EntityResolver> computed_refs_field(std::vector<std::size_t> needs,
                                                    const ComputedRefs& function, const Model& model);
/// A field of a `@value` type that names such objects: the JSON has `{"type", "id"}`, a list of those, or
/// null.
std::shared_ptr<EntityResolver> named_refs_field(const graphql::FieldDef& field, const Model& model);
/// A root field whose value from code is `{"type", "id"}`, a list of those, or null.
std::shared_ptr<EntityResolver> root_refs(const Model& model);
/// The value of `_entities`: what its representations name. Source: Apollo Federation's subgraph
/// specification.
class RepresentedRows : public graphql::RootAction {
 public:
  void run(graphql::RequestContext& context, const graphql::PlanField& plan, base::Json arguments,
           Done done) const override;
};

}  // namespace entity
