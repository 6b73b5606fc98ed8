// Objects of abstract types that are rows of several tables: each table is read once a level.
#include <fmt/format.h>

#include <map>
#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "base/text.h"
#include "entity/fields.h"
#include "entity/filter.h"
#include "entity/lookup.h"

namespace entity {
namespace {

using graphql::Batch;
using graphql::Object;
using graphql::TypeSelection;

// What is asked of the rows of each table.
using LoadSpecs = std::map<const Table*, std::shared_ptr<const LoadSpec>>;

LoadSpecs specs_for(const Model& model, const graphql::PlanField& plan) {
  LoadSpecs specs;
  if (!plan.selection) return specs;
  for (const TypeSelection& selection : plan.selection->types) {
    const Table* table = model.table_of(*selection.type);
    if (table != nullptr && !specs.contains(table)) specs.emplace(table, make_load_spec(*table, plan));
  }
  return specs;
}

/// Rows that were named, to be asked for once they are all read.
class NamedRows {
 public:
  NamedRows(const Model& model, const graphql::PlanField& plan)
      : model_(model), specs_(*static_cast<const LoadSpecs*>(plan.prepared.get())) {}

  void add(const Ref& ref) {
    if (const Table* table = table_of(ref)) ids_[table].values.push_back(ref.id);
  }

  /// Those that the caller may see if `scoped`; otherwise who named them has looked.
  void load(Call& call, bool scoped) {
    for (auto& [table, ids] : ids_) {
      const LoadSpec& spec = *specs_.at(table);
      SqlText sql(call.database->dialect());
      std::string text = fmt::format("select {} from {} t where {}", spec.select_list(sql, "t", call),
                                     quoted(table->name), sql.is_among("t.\"id\"", std::move(ids)));
      if (scoped) {
        const std::string scope = scope_condition(*table, sql, "t", call);
        if (!scope.empty()) text += " and " + scope;
      }
      const RowSet& set = spec.keep(call, call.reader->query(text, std::move(sql.parameters)));
      for (std::uint32_t row = 0; row < set.rows.size(); ++row) {
        found_[table].emplace(set.rows.integer(row, 0), set.object(row));
      }
    }
  }

  std::optional<Object> find(const Ref& ref) const {
    const auto rows = found_.find(table_of(ref));
    if (rows == found_.end()) return std::nullopt;
    const auto row = rows->second.find(ref.id);
    if (row == rows->second.end() || row->second.type->name != ref.type) return std::nullopt;
    return row->second;
  }

 private:
  const Table* table_of(const Ref& ref) const {
    const graphql::NamedType* type = model_.schema().type(ref.type);
    const Table* table = type == nullptr ? nullptr : model_.table_of(*type);
    return specs_.contains(table) ? table : nullptr;
  }

  const Model& model_;
  const LoadSpecs& specs_;
  std::map<const Table*, sql::Ids> ids_;
  std::map<const Table*, std::unordered_map<std::int64_t, Object>> found_;
};

void set_found(Batch& batch, const RefLists& lists, const NamedRows& named) {
  for (std::size_t i = 0; i < lists.size(); ++i) {
    std::vector<Object> objects;
    for (const Ref& ref : lists[i]) {
      if (const auto object = named.find(ref)) objects.push_back(*object);
    }
    if (batch.field.type->is_list()) {
      batch.out.set_objects(i, objects);
    } else if (!objects.empty()) {
      batch.out.set_object(i, objects.front());
    }
  }
}

class ComputedRefsField : public EntityResolver {
 public:
  ComputedRefsField(std::vector<std::size_t> needs, const ComputedRefs& function, const Model& model)
      : needs_(std::move(needs)), function_(function), model_(model) {}
  void needs(LoadSpec& parent) const override {
    for (const std::size_t ordinal : needs_) add_need(parent, ordinal);
  }
  bool reads() const override { return true; }
  std::shared_ptr<const void> prepare(const graphql::PlanField& plan) const override {
    return std::make_shared<LoadSpecs>(specs_for(model_, plan));
  }

  void finish(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    std::vector<Row> rows;
    for (const Object& parent : batch.parents) rows.emplace_back(parent);
    const RefLists lists = function_(call, rows, batch.arguments);
    NamedRows named(model_, batch.plan);
    for (const auto& list : lists) {
      for (const Ref& ref : list) named.add(ref);
    }
    named.load(call, false);
    set_found(batch, lists, named);
  }

 private:
  std::vector<std::size_t> needs_;
  const ComputedRefs& function_;
  const Model& model_;
};

// The parent is JSON from code, which has looked whether the caller may see them.
class NamedRefsField : public EntityResolver {
 public:
  NamedRefsField(const graphql::FieldDef& field, const Model& model)
      : member_(base::snake_case(field.name)), model_(model) {}
  void needs(LoadSpec&) const override {}
  bool reads() const override { return true; }
  std::shared_ptr<const void> prepare(const graphql::PlanField& plan) const override {
    return std::make_shared<LoadSpecs>(specs_for(model_, plan));
  }

  void finish(Batch& batch) const override {
    RefLists lists;
    for (const Object& parent : batch.parents) lists.push_back(refs_in(parent.json()[member_]));
    NamedRows named(model_, batch.plan);
    for (const auto& list : lists) {
      for (const Ref& ref : list) named.add(ref);
    }
    named.load(static_cast<Call&>(batch.context), false);
    set_found(batch, lists, named);
  }

 private:
  static std::vector<Ref> refs_in(const base::Json& value) {
    std::vector<Ref> refs;
    const auto add = [&](const base::Json& one) {
      refs.push_back({one["type"].as_string(), one["id"].as_int64().value()});
    };
    if (value.is_object()) add(value);
    if (value.is_array()) {
      for (const base::Json& one : value.items()) add(one);
    }
    return refs;
  }

  std::string member_;
  const Model& model_;
};

class RootRefs : public EntityResolver {
 public:
  explicit RootRefs(const Model& model) : model_(model) {}
  void needs(LoadSpec&) const override {}
  bool reads() const override { return true; }
  std::shared_ptr<const void> prepare(const graphql::PlanField& plan) const override {
    return std::make_shared<LoadSpecs>(specs_for(model_, plan));
  }

  void finish(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    const base::Json& value = batch.parents[0].json();
    std::vector<Ref> refs;
    if (value.is_array()) {
      for (const base::Json& item : value.items()) refs.push_back(ref_of(call, item));
    } else {
      refs.push_back(ref_of(call, value));
    }
    NamedRows named(model_, batch.plan);
    for (const Ref& ref : refs) named.add(ref);
    named.load(call, true);
    if (!batch.field.type->is_list()) {
      if (const auto object = named.find(refs.front())) {
        batch.out.set_object(0, *object);
      } else if (batch.field.type->is_non_null()) {
        throw base::Error(base::code::kNotFound, "No {} with that id.", batch.field.type->named->name);
      }
      return;
    }
    batch.out.begin_list();
    for (const Ref& ref : refs) {
      const auto object = named.find(ref);
      batch.out.item(object ? batch.out.add_object(*object) : graphql::Cell::null());
    }
    batch.out.set(0, batch.out.end_list());
  }

 private:
  // Ids from code are rows; those from outside are what clients know rows by.
  Ref ref_of(Call& call, const base::Json& value) const {
    Ref ref;
    if (value["type"].is_string()) ref.type = value["type"].as_string();
    const base::Json& id = value["id"];
    if (const auto row = id.as_int64(); row && id.is_number()) ref.id = *row;
    if (!id.is_string()) return ref;
    const graphql::NamedType* type = model_.schema().type(ref.type);
    const Table* table = type == nullptr ? nullptr : model_.table_of(*type);
    if (table == nullptr || table->public_id == nullptr) {
      ref.id = row_id(id.as_string()).value_or(0);
      return ref;
    }
    const sql::Rows found = call.reader->query(
        fmt::format("select id from {} where {} = $1", quoted(table->name), quoted(table->public_id->name)),
        {id.as_string()});
    if (!found.empty()) ref.id = found.integer(0, 0);
    return ref;
  }

  const Model& model_;
};

}  // namespace

bool may_name_rows(const graphql::NamedType& type, const Model& model) {
  if (!type.is_abstract()) return false;
  for (const graphql::NamedType* member : type.members) {
    if (model.table_of(*member) != nullptr) return true;
  }
  return false;
}

std::shared_ptr<EntityResolver> computed_refs_field(std::vector<std::size_t> needs,
                                                    const ComputedRefs& function, const Model& model) {
  return std::make_shared<ComputedRefsField>(std::move(needs), function, model);
}

std::shared_ptr<EntityResolver> named_refs_field(const graphql::FieldDef& field, const Model& model) {
  return std::make_shared<NamedRefsField>(field, model);
}

std::shared_ptr<EntityResolver> root_refs(const Model& model) { return std::make_shared<RootRefs>(model); }

// What names nothing is null in the answer, not an error: the list has the places of what was asked.
void RepresentedRows::run(graphql::RequestContext&, const graphql::PlanField&, base::Json arguments,
                          Done done) const {
  base::Json refs = base::Json::array();
  for (const base::Json& asked : arguments["representations"].items()) {
    refs.push_back(base::Json::object({{"type", asked["__typename"]}, {"id", asked["id"]}}));
  }
  done(nullptr, std::move(refs));
}

}  // namespace entity
