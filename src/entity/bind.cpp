#include "entity/bind.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "base/error.h"
#include "base/text.h"
#include "entity/fields.h"

namespace entity {
namespace {

using graphql::FieldDef;
using graphql::NamedType;
using graphql::ast::Directive;
using graphql::ast::find_directive;

std::string name_of(const FieldDef& field) { return field.owner->name + "." + field.name; }

class CodeAction : public graphql::RootAction {
 public:
  explicit CodeAction(const Answer& answer) : answer_(answer) {}
  void run(graphql::RequestContext& context, const graphql::PlanField&, base::Json arguments,
           Done done) const override {
    base::Json value;
    try {
      value = answer_(static_cast<Call&>(context), std::move(arguments));
    } catch (...) {
      done(std::current_exception(), {});
      return;
    }
    done(nullptr, std::move(value));
  }

 private:
  const Answer& answer_;
};

class AsyncAction : public graphql::RootAction {
 public:
  explicit AsyncAction(const AsyncAnswer& answer) : answer_(answer) {}
  void run(graphql::RequestContext& context, const graphql::PlanField&, base::Json arguments,
           Done done) const override {
    answer_(static_cast<Call&>(context), std::move(arguments), std::move(done));
  }

 private:
  const AsyncAnswer& answer_;
};

class CodeStream : public graphql::RootStream {
 public:
  explicit CodeStream(const Subscribe& subscribe) : subscribe_(subscribe) {}
  std::shared_ptr<void> subscribe(graphql::RequestContext& context, const base::Json& arguments,
                                  Emit emit) const override {
    return subscribe_(static_cast<Call&>(context), arguments, std::move(emit));
  }

 private:
  const Subscribe& subscribe_;
};

// The value of a root field that code answers with, taken as it is.
class RootValue : public graphql::Resolver {
 public:
  void finish(graphql::Batch& batch) const override {
    batch.out.set(0, graphql::json_cell(batch.parents[0].json(), *batch.field.type, batch.out));
  }
};

}  // namespace

struct Binding::State {
  State(std::shared_ptr<const graphql::Schema> schema_in, Registry registry_in)
      : schema(std::move(schema_in)),
        registry(std::move(registry_in)),
        model(schema),
        filters(registry),
        resolvers(std::make_shared<graphql::ResolverMap>()) {}

  void bind();
  void bind_root(const NamedType* root);
  void bind_root_field(const FieldDef& field);
  void bind_stats(const FieldDef& root, const Directive& stats);
  void bind_entity(const Table& table);
  std::shared_ptr<EntityResolver> entity_field(const Table& table, const FieldDef& field);
  ListSource list_source(const FieldDef& field, const Table& table);
  std::vector<std::size_t> needs_of(const Table& table, const FieldDef& field, const Directive& computed);
  void check_names();
  template <class Map>
  void check_fields(const Map& map);

  std::shared_ptr<const graphql::Schema> schema;
  Registry registry;
  Model model;
  FilterFactory filters;
  std::shared_ptr<graphql::ResolverMap> resolvers;
  std::vector<std::string> not_built;
  std::vector<std::string> problems;
};

void Binding::State::bind() {
  for (const NamedType* type : schema->types()) {
    if (find_directive(type->directives, "value") == nullptr) continue;
    for (const FieldDef& field : type->fields) {
      if (registry.computed.contains(name_of(field))) {
        problems.push_back(name_of(field) + ": @value types have no computed fields");
      }
      if (find_directive(*field.directives, "absent") != nullptr) {
        resolvers->set(field, absent_field(field));
        continue;
      }
      if (const Table* named = model.table_of(*field.type->named)) {
        resolvers->set(field, named_rows_field(field, *named));
      } else if (may_name_rows(*field.type->named, model)) {
        resolvers->set(field, named_refs_field(field, model));
      } else {
        resolvers->set(field, graphql::json_field_resolver(field));
      }
    }
  }
  for (const auto& [type, condition] : registry.visible) {
    if (!model.restrict(type, condition)) problems.push_back(type + ": no entity whose rows could be hidden");
  }
  for (const Table& table : model.tables()) bind_entity(table);
  bind_root(schema->query());
  bind_root(schema->mutation());
  bind_root(schema->subscription());
  graphql::add_introspection(*schema, *resolvers);
  check_names();
  problems.insert(problems.end(), filters.problems().begin(), filters.problems().end());
  if (problems.empty()) return;
  throw base::Error(base::code::kInternal, "The schema and the code do not fit:\n  {}",
                    fmt::join(problems, "\n  "));
}

void Binding::State::bind_root(const NamedType* root) {
  if (root == nullptr) return;
  for (const FieldDef& field : root->fields) {
    if (field.name.starts_with("__")) continue;
    bind_root_field(field);
    const bool built = root == schema->subscription() ? resolvers->stream(field) != nullptr
                       : root == schema->mutation()   ? resolvers->action(field) != nullptr
                                                      : resolvers->find(field) != nullptr;
    if (!built) not_built.push_back(name_of(field));
  }
}

void Binding::State::bind_root_field(const FieldDef& field) {
  const std::string name = name_of(field);
  if (const Directive* stats = find_directive(field.type->named->directives, "stats")) {
    bind_stats(field, *stats);
    return;
  }
  const Table* table = model.table_of(*field.type->named);
  const bool names_rows = table == nullptr && may_name_rows(*field.type->named, model);
  bool by_code = true;
  if (const auto it = registry.answers.find(name); it != registry.answers.end()) {
    resolvers->set_action(field, std::make_shared<CodeAction>(it->second));
  } else if (const auto async = registry.actions.find(name); async != registry.actions.end()) {
    resolvers->set_action(field, std::make_shared<AsyncAction>(async->second));
  } else if (const auto stream = registry.streams.find(name); stream != registry.streams.end()) {
    resolvers->set_stream(field, std::make_shared<CodeStream>(stream->second));
  } else {
    by_code = false;
  }
  if (by_code) {
    resolvers->set(field, names_rows         ? std::static_pointer_cast<graphql::Resolver>(root_refs(model))
                          : table != nullptr ? std::static_pointer_cast<graphql::Resolver>(
                                                   root_loaded(*table, *field.type->named))
                                             : std::make_shared<RootValue>());
    return;
  }
  if (field.owner == schema->query() && names_rows && field.name == "_entities") {
    resolvers->set_action(field, std::make_shared<RepresentedRows>());
    resolvers->set(field, root_refs(model));
  }
  if (field.owner != schema->query() || table == nullptr) return;
  if (field.type->is_list()) {
    ListSource source = list_source(field, *table);
    const auto narrowed = registry.narrowed.find(name);
    if (narrowed != registry.narrowed.end()) source.narrowed = &narrowed->second;
    resolvers->set(field, root_list(std::move(source)));
  } else if (field.arguments.size() == 1 && field.arguments[0].name == "id") {
    resolvers->set(field, root_get(*table, *field.type->named));
  }
}

// Fields of a `@stats` type are bound to the filter of the one root field that leads there.
void Binding::State::bind_stats(const FieldDef& root, const Directive& stats) {
  const NamedType* counted = schema->type(text_argument(stats, "of"));
  const Table* table = counted == nullptr ? nullptr : model.table_of(*counted);
  if (table == nullptr) {
    problems.push_back(name_of(root) + ": statistics of a type that is no entity");
    return;
  }
  const ListSource source = list_source(root, *table);
  resolvers->set(root, stats_root());
  for (const FieldDef& field : root.type->named->fields) {
    if (auto resolver = stats_field(field, *table, source.filter, problems)) {
      resolvers->set(field, std::move(resolver));
    }
  }
}

void Binding::State::bind_entity(const Table& table) {
  for (const FieldDef& field : table.type->fields) {
    if (auto resolver = entity_field(table, field)) resolvers->set(field, std::move(resolver));
  }
  for (const Variant& variant : table.variants) {
    for (const FieldDef& field : variant.type->fields) {
      if (auto resolver = entity_field(table, table.definition_of(field))) {
        resolvers->set(field, std::move(resolver));
      }
    }
  }
}

std::shared_ptr<EntityResolver> Binding::State::entity_field(const Table& table, const FieldDef& field) {
  const graphql::ast::Directives& directives = *field.directives;
  if (const Column* column = table.column_of(field)) {
    if (column->references != nullptr) return ref_field(*column, table);
    if (!field.type->named->is_leaf()) return json_field(*column, table);
    return column_field(*column, table);
  }
  if (find_directive(directives, "absent") != nullptr) return absent_field(field);
  if (find_directive(directives, "sql") != nullptr) {
    const auto it = registry.expressions.find(name_of(field));
    const Table* target = model.table_of(*field.type->named);
    if (it != registry.expressions.end()) {
      return target == nullptr ? sql_field(field, it->second) : sql_ref_field(field, it->second, *target);
    }
    problems.push_back(name_of(field) + ": @sql without a registered expression");
    return nullptr;
  }
  if (const Directive* computed = find_directive(directives, "computed")) {
    if (const auto ids = registry.computed_ids.find(name_of(field)); ids != registry.computed_ids.end()) {
      const Table* target = model.table_of(*field.type->named);
      if (target == nullptr) {
        problems.push_back(name_of(field) + ": ids of a type that is no entity");
        return nullptr;
      }
      return computed_ids_field(needs_of(table, field, *computed), ids->second, *target);
    }
    if (const auto values = registry.computed_values.find(name_of(field));
        values != registry.computed_values.end()) {
      return computed_values_field(needs_of(table, field, *computed), values->second);
    }
    if (const auto refs = registry.computed_refs.find(name_of(field)); refs != registry.computed_refs.end()) {
      return computed_refs_field(needs_of(table, field, *computed), refs->second, model);
    }
    const auto it = registry.computed.find(name_of(field));
    if (it != registry.computed.end()) return computed_field(needs_of(table, field, *computed), it->second);
    problems.push_back(name_of(field) + ": @computed without a registered function");
    return nullptr;
  }
  const Table* element = model.table_of(*field.type->named);
  if (element == nullptr) return nullptr;
  ListSource source = list_source(field, *element);
  if (const Directive* many = find_directive(directives, "many")) {
    source.by = element->column_of_field(text_argument(*many, "by"));
    source.where = text_argument(*many, "where");
    // With a condition the rows may belong to parents of several types, which no reference can name.
    const bool is_named =
        source.by != nullptr && source.by->storage == Storage::kInteger && !source.where.empty();
    if (source.by == nullptr || (source.by->references != &table && !is_named)) {
      problems.push_back(name_of(field) + ": @many by a field that is no reference");
      return nullptr;
    }
    if (std::string order = text_argument(*many, "order"); !order.empty()) {
      const bool descending = order.front() == '-';
      const Column* column = element->column_of_field(descending ? order.substr(1) : order);
      if (column == nullptr) {
        problems.push_back(name_of(field) + ": @many ordered by a field that is no column");
        return nullptr;
      }
      source.fixed_order = fmt::format("t.{}{}", quoted(column->name), descending ? " desc" : "");
    }
    const std::string limit = text_argument(*many, "limit", "0");
    std::from_chars(limit.data(), limit.data() + limit.size(), source.fixed_limit);
    return list_field(std::move(source));
  }
  if (const Directive* through = find_directive(directives, "through")) {
    source.join = model.join(text_argument(*through, "table"));
    source.join_forward = source.join->from_column == text_argument(*through, "from") + "_id";
    source.where = text_argument(*through, "where");
    return list_field(std::move(source));
  }
  return nullptr;
}

ListSource Binding::State::list_source(const FieldDef& field, const Table& table) {
  ListSource source;
  source.table = &table;
  source.variant = table.variant(*field.type->named);
  if (const graphql::InputValue* filter = field.argument("filters")) {
    source.filter = filters.filter(*filter->type->named, table);
  }
  if (const graphql::InputValue* ordering = field.argument("ordering")) {
    source.ordering = filters.ordering(*ordering->type->named, table);
  }
  return source;
}

std::vector<std::size_t> Binding::State::needs_of(const Table& table, const FieldDef& field,
                                                  const Directive& computed) {
  std::vector<std::size_t> ordinals{0};
  for (const std::string& name : words_argument(computed, "needs")) {
    const Column* column = table.column_of_field(name);
    if (column == nullptr) {
      problems.push_back(fmt::format("{}: needs {}, which is no column", name_of(field), name));
    } else {
      ordinals.push_back(table.ordinal(*column));
    }
  }
  return ordinals;
}

void Binding::State::check_names() {
  check_fields(registry.expressions);
  check_fields(registry.computed);
  check_fields(registry.computed_ids);
  check_fields(registry.computed_refs);
  check_fields(registry.computed_values);
  check_fields(registry.answers);
  check_fields(registry.actions);
  check_fields(registry.streams);
  check_fields(registry.narrowed);
  const auto check_input = [&](std::string_view type, std::string_view field) {
    const NamedType* input = schema->type(type);
    if (input == nullptr || input->input_field(field) == nullptr) {
      problems.push_back(fmt::format("{}.{}: the schema has no such input field", type, field));
    }
  };
  const auto check_inputs = [&](const auto& map) {
    for (const auto& [name, code] : map) {
      const std::size_t dot = name.find('.');
      check_input(name.substr(0, dot), name.substr(dot + 1));
    }
  };
  for (const auto& [name, check] : registry.checks) {
    if (schema->type(name) == nullptr) problems.push_back(name + ": the schema has no such filter");
  }
  for (const auto& [name, one] : registry.together) {
    for (const std::string& field : one.fields) check_input(name, field);
  }
  check_inputs(registry.predicates);
  check_inputs(registry.orderings);
}

template <class Map>
void Binding::State::check_fields(const Map& map) {
  for (const auto& [name, code] : map) {
    const std::size_t dot = name.find('.');
    const NamedType* type = schema->type(name.substr(0, dot));
    if (type == nullptr || type->field(name.substr(dot + 1)) == nullptr) {
      problems.push_back(name + ": the schema has no such field");
    }
  }
}

Binding::Binding(std::shared_ptr<const graphql::Schema> schema, Registry registry)
    : state_(std::make_unique<State>(std::move(schema), std::move(registry))) {
  state_->bind();
}

Binding::~Binding() = default;

const Model& Binding::model() const { return state_->model; }
std::shared_ptr<graphql::ResolverMap> Binding::resolvers() const { return state_->resolvers; }
const std::vector<std::string>& Binding::not_built() const { return state_->not_built; }

}  // namespace entity
