#include "entity/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/error.h"

namespace entity {
namespace {

using graphql::Batch;
using graphql::Cell;
using graphql::Object;

const RowSet& set_of(const Object& object) { return *static_cast<const RowSet*>(object.data); }

Cell stored_cell(const sql::Rows& rows, std::size_t row, std::size_t column, Storage storage) {
  if (rows.is_null(row, column)) return Cell::null();
  switch (storage) {
    case Storage::kInteger:
    case Storage::kTime:
      return Cell::of(rows.integer(row, column));
    case Storage::kBoolean:
      return Cell::of(rows.integer(row, column) != 0);
    case Storage::kReal:
      return Cell::of(rows.real(row, column));
    case Storage::kText:
      return Cell::string(rows.text(row, column));
    case Storage::kJson:
      return Cell::raw(rows.text(row, column));
  }
  return Cell::null();
}

class ColumnField : public EntityResolver {
 public:
  ColumnField(const Column& column, const Table& table)
      : ordinal_(table.ordinal(column)), storage_(column.storage) {}

  void needs(LoadSpec& parent) const override { add_need(parent, ordinal_); }
  void finish(Batch& batch) const override {
    for (std::size_t i = 0; i < batch.parents.size(); ++i) {
      const RowSet& set = set_of(batch.parents[i]);
      const int position = set.position[ordinal_];
      batch.out.set(
          i, stored_cell(set.rows, batch.parents[i].row, static_cast<std::size_t>(position), storage_));
    }
  }

 protected:
  std::size_t ordinal_;
  Storage storage_;
};

// For each byte of its text: a member of a parsed object takes some 80 bytes,
// its text 10 to 20.
constexpr std::size_t kParsedBytes = 5;

// A column of JSON text whose members clients select from.
class JsonField : public ColumnField {
 public:
  using ColumnField::ColumnField;
  void finish(Batch& batch) const override {
    for (std::size_t i = 0; i < batch.parents.size(); ++i) {
      const RowSet& set = set_of(batch.parents[i]);
      const auto position = static_cast<std::size_t>(set.position[ordinal_]);
      if (set.rows.is_null(batch.parents[i].row, position)) continue;
      const std::string_view text = set.rows.text(batch.parents[i].row, position);
      const base::Json& value = batch.context.keep(base::Json::parse(text), kParsedBytes * text.size());
      batch.context.budget.check();
      batch.out.set(i, graphql::json_cell(value, *batch.field.type, batch.out));
    }
  }
};

class SqlField : public EntityResolver {
 public:
  SqlField(const graphql::FieldDef& field, const Expression& expression)
      : field_(field), expression_(expression) {
    const graphql::NamedType& named = *field.type->named;
    storage_ = field.type->is_list()      ? Storage::kJson
               : named.name == "Boolean"  ? Storage::kBoolean
               : named.name == "Float"    ? Storage::kReal
               : named.name == "Int"      ? Storage::kInteger
               : named.name == "DateTime" ? Storage::kTime
                                          : Storage::kText;
  }
  void needs(LoadSpec& parent) const override { add_expression(parent, field_, expression_); }
  void finish(Batch& batch) const override {
    for (std::size_t i = 0; i < batch.parents.size(); ++i) {
      const RowSet& set = set_of(batch.parents[i]);
      batch.out.set(i, stored_cell(set.rows, batch.parents[i].row,
                                   static_cast<std::size_t>(set.expression(field_)), storage_));
    }
  }

 private:
  const graphql::FieldDef& field_;
  const Expression& expression_;
  Storage storage_;
};

class AbsentField : public EntityResolver {
 public:
  explicit AbsentField(bool list) : list_(list) {}
  void needs(LoadSpec&) const override {}
  bool is_absent() const override { return true; }
  void finish(Batch& batch) const override {
    if (!list_) return;
    for (std::size_t i = 0; i < batch.parents.size(); ++i) batch.out.set_objects(i, {});
  }

 private:
  bool list_;
};

// The one row an id of the parent names: each distinct id is loaded once a level.
class ReferenceField : public EntityResolver {
 public:
  explicit ReferenceField(const Table& target) : target_(target) {}

  bool reads() const override { return true; }
  std::shared_ptr<const void> prepare(const graphql::PlanField& plan) const override {
    return make_load_spec(target_, plan);
  }

  void start(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    auto state = std::make_shared<State>();
    for (const Object& parent : batch.parents) {
      if (const auto id = reference(parent)) state->ids.values.push_back(*id);
    }
    std::sort(state->ids.values.begin(), state->ids.values.end());
    state->ids.values.erase(std::unique(state->ids.values.begin(), state->ids.values.end()),
                            state->ids.values.end());
    const auto& spec = *static_cast<const LoadSpec*>(batch.plan.prepared.get());
    if (!state->ids.values.empty() && !spec.only_id())
      state->ticket = call.enqueue(spec.by_ids(state->ids, call));
    batch.state = state;
  }

  void finish(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    const auto& state = *static_cast<State*>(batch.state.get());
    if (state.ids.values.empty()) return;
    const auto& spec = *static_cast<const LoadSpec*>(batch.plan.prepared.get());
    const RowSet& set =
        spec.keep(call, spec.only_id() ? id_rows(state.ids) : std::move(call.result(state.ticket)));
    std::unordered_map<std::int64_t, std::uint32_t> at;
    for (std::uint32_t row = 0; row < set.rows.size(); ++row) at.emplace(set.rows.integer(row, 0), row);
    for (std::size_t i = 0; i < batch.parents.size(); ++i) {
      const auto id = reference(batch.parents[i]);
      if (!id) continue;
      if (const auto found = at.find(*id); found != at.end()) {
        batch.out.set_object(i, set.object(found->second));
      }
    }
  }

 protected:
  virtual int position_in(const RowSet& set) const = 0;

 private:
  struct State {
    sql::Ids ids;
    std::size_t ticket = 0;
  };

  std::optional<std::int64_t> reference(const Object& parent) const {
    const RowSet& set = set_of(parent);
    const auto position = static_cast<std::size_t>(position_in(set));
    if (set.rows.is_null(parent.row, position)) return std::nullopt;
    return set.rows.integer(parent.row, position);
  }

  // `parent { id }` is answered from the reference itself.
  static sql::Rows id_rows(const sql::Ids& ids) {
    sql::Rows rows(1);
    for (const std::int64_t id : ids.values) rows.add(id);
    return rows;
  }

  const Table& target_;
};

class RefField : public ReferenceField {
 public:
  RefField(const Column& column, const Table& table)
      : ReferenceField(*column.references), ordinal_(table.ordinal(column)) {}
  void needs(LoadSpec& parent) const override { add_need(parent, ordinal_); }

 protected:
  int position_in(const RowSet& set) const override { return set.position[ordinal_]; }

 private:
  std::size_t ordinal_;
};

// An SQL expression that gives the id of another entity.
class SqlRefField : public ReferenceField {
 public:
  SqlRefField(const graphql::FieldDef& field, const Expression& expression, const Table& target)
      : ReferenceField(target), field_(field), expression_(expression) {}
  void needs(LoadSpec& parent) const override { add_expression(parent, field_, expression_); }

 protected:
  int position_in(const RowSet& set) const override { return set.expression(field_); }

 private:
  const graphql::FieldDef& field_;
  const Expression& expression_;
};

}  // namespace

std::shared_ptr<EntityResolver> column_field(const Column& column, const Table& table) {
  return std::make_shared<ColumnField>(column, table);
}
std::shared_ptr<EntityResolver> json_field(const Column& column, const Table& table) {
  return std::make_shared<JsonField>(column, table);
}
std::shared_ptr<EntityResolver> ref_field(const Column& column, const Table& table) {
  return std::make_shared<RefField>(column, table);
}
std::shared_ptr<EntityResolver> sql_field(const graphql::FieldDef& field, const Expression& expression) {
  return std::make_shared<SqlField>(field, expression);
}
std::shared_ptr<EntityResolver> sql_ref_field(const graphql::FieldDef& field, const Expression& expression,
                                              const Table& target) {
  return std::make_shared<SqlRefField>(field, expression, target);
}
std::shared_ptr<EntityResolver> absent_field(const graphql::FieldDef& field) {
  return std::make_shared<AbsentField>(field.type->is_list() && field.type->is_non_null());
}

}  // namespace entity
