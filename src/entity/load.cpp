#include "entity/load.h"

#include <fmt/format.h>

#include <algorithm>

namespace entity {

void add_need(LoadSpec& spec, std::size_t ordinal) {
  if (std::find(spec.columns.begin(), spec.columns.end(), ordinal) == spec.columns.end()) {
    spec.columns.push_back(ordinal);
  }
}

void add_expression(LoadSpec& spec, const graphql::FieldDef& field, const Expression& expression) {
  for (const auto& [known, code] : spec.expressions) {
    if (known == &field) return;
  }
  spec.expressions.emplace_back(&field, &expression);
}

std::shared_ptr<const LoadSpec> make_load_spec(const Table& table, const graphql::PlanField& plan) {
  auto spec = std::make_shared<LoadSpec>();
  spec->table = &table;
  spec->columns.push_back(0);
  if (table.discriminator != nullptr) spec->columns.push_back(table.ordinal(*table.discriminator));
  if (!plan.selection) return spec;
  for (const graphql::TypeSelection& selection : plan.selection->types) {
    if (selection.type != table.type && table.variant(*selection.type) == nullptr) continue;
    for (const graphql::PlanField& field : selection.fields) {
      if (const auto* resolver = dynamic_cast<const EntityResolver*>(field.resolver)) resolver->needs(*spec);
    }
  }
  return spec;
}

std::string LoadSpec::select_list(SqlText& sql, const std::string& alias, const Call& call) const {
  std::string text;
  for (const std::size_t ordinal : columns) {
    if (!text.empty()) text += ", ";
    text += alias + "." + quoted(table->columns[ordinal].name);
  }
  for (const auto& [field, expression] : expressions) text += ", " + (*expression)(sql, alias, call);
  return text;
}

sql::Query LoadSpec::by_ids(sql::Ids ids, const Call& call) const {
  SqlText sql(call.database->dialect());
  const std::string list = select_list(sql, "t", call);
  std::string text = fmt::format("select {} from {} t where {}", list, quoted(table->name),
                                 sql.is_among("t.\"id\"", std::move(ids)));
  return {std::move(text), std::move(sql.parameters)};
}

const RowSet& LoadSpec::keep(Call& call, sql::Rows rows, std::size_t extra) const {
  auto set = std::make_shared<RowSet>();
  set->table = table;
  set->rows = std::move(rows);
  set->position.assign(table->columns.size(), -1);
  for (std::size_t i = 0; i < columns.size(); ++i) set->position[columns[i]] = static_cast<int>(i + extra);
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    set->expressions.emplace_back(expressions[i].first, static_cast<int>(columns.size() + i + extra));
  }
  const std::size_t bytes = sizeof(RowSet) + set->rows.bytes();
  const RowSet& kept = call.keep_alive(std::move(set), bytes);
  call.budget.check();
  return kept;
}

}  // namespace entity
