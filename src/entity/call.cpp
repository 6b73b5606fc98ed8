#include "entity/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace entity {

std::string SqlText::is_among(std::string_view expression, sql::Ids ids) {
  if (ids.values.size() == 1) return fmt::format("{} = {}", expression, bind(ids.values.front()));
  return fmt::format("{} in_ids({})", expression, bind(std::move(ids)));
}

int RowSet::expression(const graphql::FieldDef& field) const {
  const auto found = std::find_if(expressions.begin(), expressions.end(),
                                  [&](const auto& entry) { return entry.first == &field; });
  return found == expressions.end() ? -1 : found->second;
}

graphql::Object RowSet::object(std::uint32_t row) const {
  if (table->variants.empty()) return {table->type, this, row};
  const int at = position[table->ordinal(*table->discriminator)];
  const std::string_view value = rows.text(row, static_cast<std::size_t>(at));
  for (const Variant& variant : table->variants) {
    if (variant.value == value) return {variant.type, this, row};
  }
  throw base::Error(base::code::kInternal, "A row of {} says it is \"{}\", which is no type.", table->name,
                    value);
}

std::size_t Row::at(ColumnName field) const {
  const Column* found = set_->table->column_of_field(field.name);
  const int position = found == nullptr ? -1 : set_->position[set_->table->ordinal(*found)];
  if (position < 0) {
    throw base::Error(base::code::kInternal, "{}.{} was not loaded: name it in `needs`.", set_->table->name,
                      field.name);
  }
  return static_cast<std::size_t>(position);
}

void Call::read(const std::function<void(sql::Reader&)>& body) {
  if (reader != nullptr) return body(*reader);
  database->read(sql::Database::Snapshot::kConsistent, body);
}

std::size_t Call::enqueue(sql::Query query) {
  queued_.push_back(std::move(query));
  return queued_.size() - 1;
}

sql::Rows& Call::result(std::size_t ticket) { return results_[ticket].get(); }

void Call::flush() {
  if (queued_.empty()) return;
  if (reader == nullptr) throw base::Error(base::code::kInternal, std::string("Read outside of a snapshot."));
  const std::vector<sql::Query> queries = std::exchange(queued_, {});
  results_ = reader->batch(queries);
}

}  // namespace entity
