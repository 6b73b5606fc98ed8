// Fields whose values code gives, and those that name entities by their ids.
#include <unordered_map>

#include "base/text.h"
#include "entity/fields.h"

namespace entity {
namespace {

using graphql::Batch;
using graphql::Object;

std::vector<Row> rows_of(const Batch& batch) {
  std::vector<Row> rows;
  rows.reserve(batch.parents.size());
  for (const Object& parent : batch.parents) rows.emplace_back(parent);
  return rows;
}

class ComputedField : public EntityResolver {
 public:
  ComputedField(std::vector<std::size_t> needs, const Computed& function)
      : needs_(std::move(needs)), function_(function) {}
  void needs(LoadSpec& parent) const override {
    for (const std::size_t ordinal : needs_) add_need(parent, ordinal);
  }
  bool reads() const override { return true; }
  void finish(Batch& batch) const override {
    function_(static_cast<Call&>(batch.context), rows_of(batch), batch.arguments, batch.out);
  }

 private:
  std::vector<std::size_t> needs_;
  const Computed& function_;
};

// Something names the ids, the rows are loaded here.
class IdsField : public EntityResolver {
 public:
  explicit IdsField(const Table& target) : target_(target) {}
  bool reads() const override { return true; }
  std::shared_ptr<const void> prepare(const graphql::PlanField& plan) const override {
    return make_load_spec(target_, plan);
  }

  void finish(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    const RowLists ids = ids_of(batch);
    sql::Ids wanted;
    for (const auto& list : ids) wanted.values.insert(wanted.values.end(), list.begin(), list.end());
    const auto& spec = *static_cast<const LoadSpec*>(batch.plan.prepared.get());
    sql::Query query = spec.by_ids(wanted, call);
    const RowSet& set = spec.keep(call, call.reader->query(query.sql, std::move(query.parameters)));
    std::unordered_map<std::int64_t, std::uint32_t> at;
    for (std::uint32_t row = 0; row < set.rows.size(); ++row) at.emplace(set.rows.integer(row, 0), row);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      std::vector<Object> found;
      for (const std::int64_t id : ids[i]) {
        if (const auto it = at.find(id); it != at.end()) found.push_back(set.object(it->second));
      }
      if (batch.field.type->is_list()) {
        batch.out.set_objects(i, found);
      } else if (!found.empty()) {
        batch.out.set_object(i, found.front());
      }
    }
  }

 protected:
  virtual RowLists ids_of(Batch& batch) const = 0;

 private:
  const Table& target_;
};

class ComputedIdsField : public IdsField {
 public:
  ComputedIdsField(std::vector<std::size_t> needs, const ComputedIds& function, const Table& target)
      : IdsField(target), needs_(std::move(needs)), function_(function) {}
  void needs(LoadSpec& parent) const override {
    for (const std::size_t ordinal : needs_) add_need(parent, ordinal);
  }

 protected:
  RowLists ids_of(Batch& batch) const override {
    return function_(static_cast<Call&>(batch.context), rows_of(batch), batch.arguments);
  }

 private:
  std::vector<std::size_t> needs_;
  const ComputedIds& function_;
};

// The parent is JSON from code, which has looked whether the caller may see them.
class NamedRowsField : public IdsField {
 public:
  NamedRowsField(const graphql::FieldDef& field, const Table& target)
      : IdsField(target), member_(base::snake_case(field.name)) {}
  void needs(LoadSpec&) const override {}

 protected:
  RowLists ids_of(Batch& batch) const override {
    RowLists lists;
    for (const Object& parent : batch.parents) {
      std::vector<std::int64_t>& ids = lists.emplace_back();
      const base::Json& named = parent.json()[member_];
      if (!named.is_array()) {
        if (const auto id = named.as_int64()) ids.push_back(*id);
        continue;
      }
      for (const base::Json& one : named.items()) ids.push_back(one.as_int64().value());
    }
    return lists;
  }

 private:
  std::string member_;
};

class ComputedValuesField : public EntityResolver {
 public:
  ComputedValuesField(std::vector<std::size_t> needs, const ComputedValues& function)
      : needs_(std::move(needs)), function_(function) {}
  void needs(LoadSpec& parent) const override {
    for (const std::size_t ordinal : needs_) add_need(parent, ordinal);
  }
  bool reads() const override { return true; }
  void finish(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    std::vector<base::Json> values = function_(call, rows_of(batch), batch.arguments);
    for (std::size_t i = 0; i < values.size(); ++i) {
      batch.out.set(i, graphql::json_cell(call.keep(std::move(values[i])), *batch.field.type, batch.out));
    }
  }

 private:
  std::vector<std::size_t> needs_;
  const ComputedValues& function_;
};

}  // namespace

std::shared_ptr<EntityResolver> computed_field(std::vector<std::size_t> needs, const Computed& function) {
  return std::make_shared<ComputedField>(std::move(needs), function);
}
std::shared_ptr<EntityResolver> computed_values_field(std::vector<std::size_t> needs,
                                                      const ComputedValues& function) {
  return std::make_shared<ComputedValuesField>(std::move(needs), function);
}
std::shared_ptr<EntityResolver> computed_ids_field(std::vector<std::size_t> needs,
                                                   const ComputedIds& function, const Table& target) {
  return std::make_shared<ComputedIdsField>(std::move(needs), function, target);
}
std::shared_ptr<EntityResolver> named_rows_field(const graphql::FieldDef& field, const Table& target) {
  return std::make_shared<NamedRowsField>(field, target);
}

}  // namespace entity
