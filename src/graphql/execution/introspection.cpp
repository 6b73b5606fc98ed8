// Resolvers of the introspection types. Their objects point at the schema's own
// nodes: `__Type` at a Type, `__Field` at a FieldDef, and so on.
#include <functional>
#include <utility>

#include "graphql/execution/resolver.h"
#include "graphql/language/printer.h"

namespace graphql {
namespace {

class Lookup : public Resolver {
 public:
  using Function = std::function<void(Batch&, std::size_t, const void*)>;
  explicit Lookup(Function function) : function_(std::move(function)) {}
  void finish(Batch& batch) const override {
    for (std::size_t i = 0; i < batch.parents.size(); ++i) function_(batch, i, batch.parents[i].data);
  }

 private:
  Function function_;
};

class Introspection {
 public:
  Introspection(const Schema& schema, ResolverMap& resolvers) : schema_(schema), resolvers_(resolvers) {}

  void add() {
    add_roots();
    add_schema();
    add_type();
    add_field();
    add_input_value();
    add_enum_value();
    add_directive();
  }

 private:
  void on(std::string_view type, std::string_view field, Lookup::Function function) {
    resolvers_.set(*schema_.type(type)->field(field), std::make_shared<Lookup>(std::move(function)));
  }
  template <class T, class F>
  void value(std::string_view type, std::string_view field, F function) {
    on(type, field, [function](Batch& batch, std::size_t i, const void* data) {
      batch.out.set(i, function(*static_cast<const T*>(data), batch));
    });
  }
  // The objects a list or single field shows, as pointers.
  template <class T, class F>
  void objects(std::string_view type, std::string_view field, std::string_view shown, F function) {
    const NamedType* shown_type = schema_.type(shown);
    on(type, field, [function, shown_type](Batch& batch, std::size_t i, const void* data) {
      const auto pointers = function(*static_cast<const T*>(data), batch);
      if (!pointers) return;
      std::vector<Object> list;
      for (const void* pointer : *pointers) list.push_back(Object{shown_type, pointer, 0});
      batch.out.set_objects(i, list);
    });
  }
  template <class T, class F>
  void object(std::string_view type, std::string_view field, std::string_view shown, F function) {
    const NamedType* shown_type = schema_.type(shown);
    on(type, field, [function, shown_type](Batch& batch, std::size_t i, const void* data) {
      const void* pointer = function(*static_cast<const T*>(data), batch);
      if (pointer != nullptr) batch.out.set_object(i, Object{shown_type, pointer, 0});
    });
  }

  using Pointers = std::optional<std::vector<const void*>>;

  static Cell text_or_null(const std::string& text) {
    return text.empty() ? Cell::null() : Cell::string(text);
  }
  static bool deprecated(const ast::Directives* directives) {
    return directives != nullptr && ast::find_directive(*directives, "deprecated") != nullptr;
  }
  static bool with_deprecated(const Batch& batch) {
    const base::Json& wanted = batch.arguments["includeDeprecated"];
    return wanted.is_bool() && wanted.as_bool();
  }
  static Cell deprecation_reason(const ast::Directives* directives) {
    if (!deprecated(directives)) return Cell::null();
    const ast::Value* reason = ast::find_directive(*directives, "deprecated")->argument("reason");
    return Cell::string(reason == nullptr ? std::string_view("No longer supported")
                                          : std::string_view(reason->text));
  }
  static Pointers visible_inputs(const std::vector<InputValue>& values, bool deprecated_too) {
    std::vector<const void*> list;
    for (const InputValue& input : values) {
      if (deprecated_too || !deprecated(input.directives)) list.push_back(&input);
    }
    return list;
  }

  void add_roots() {
    const NamedType* query = schema_.query();
    if (query == nullptr) return;
    const NamedType* schema_type = schema_.type("__Schema");
    const NamedType* type_type = schema_.type("__Type");
    const Schema* schema = &schema_;
    if (const FieldDef* field = query->field("__schema")) {
      resolvers_.set(*field, std::make_shared<Lookup>([=](Batch& batch, std::size_t i, const void*) {
        batch.out.set_object(i, Object{schema_type, schema, 0});
      }));
    }
    if (const FieldDef* field = query->field("__type")) {
      resolvers_.set(*field, std::make_shared<Lookup>([=](Batch& batch, std::size_t i, const void*) {
        const NamedType* named = schema->type(batch.arguments["name"].as_string());
        if (named != nullptr && !named->internal) batch.out.set_object(i, Object{type_type, named->self, 0});
      }));
    }
  }

  void add_schema() {
    value<Schema>("__Schema", "description", [](const Schema&, Batch&) { return Cell::null(); });
    objects<Schema>("__Schema", "types", "__Type", [](const Schema& schema, Batch&) -> Pointers {
      std::vector<const void*> list;
      for (const NamedType* type : schema.types()) {
        if (!type->internal) list.push_back(type->self);
      }
      return list;
    });
    object<Schema>("__Schema", "queryType", "__Type",
                   [](const Schema& schema, Batch&) { return self(schema.query()); });
    object<Schema>("__Schema", "mutationType", "__Type",
                   [](const Schema& schema, Batch&) { return self(schema.mutation()); });
    object<Schema>("__Schema", "subscriptionType", "__Type",
                   [](const Schema& schema, Batch&) { return self(schema.subscription()); });
    objects<Schema>("__Schema", "directives", "__Directive", [](const Schema& schema, Batch&) -> Pointers {
      static constexpr std::string_view kShown[] = {"include", "skip", "deprecated", "specifiedBy", "oneOf"};
      std::vector<const void*> list;
      for (const std::string_view name : kShown) {
        if (const DirectiveDef* directive = schema.directive(name)) list.push_back(directive);
      }
      return list;
    });
  }

  static const void* self(const NamedType* type) { return type == nullptr ? nullptr : type->self; }

  // A __Type is a list, a non-null or, bare, what its name stands for.
  static const NamedType* bare(const Type& type) {
    return type.kind == Type::Kind::kNamed ? type.named : nullptr;
  }

  static std::string_view kind_name(const Type& type) {
    if (type.kind == Type::Kind::kList) return "LIST";
    if (type.kind == Type::Kind::kNonNull) return "NON_NULL";
    switch (type.named->kind) {
      case NamedType::Kind::kScalar:
        return "SCALAR";
      case NamedType::Kind::kObject:
        return "OBJECT";
      case NamedType::Kind::kInterface:
        return "INTERFACE";
      case NamedType::Kind::kUnion:
        return "UNION";
      case NamedType::Kind::kEnum:
        return "ENUM";
      case NamedType::Kind::kInputObject:
        return "INPUT_OBJECT";
    }
    return "SCALAR";
  }

  void add_type() {
    value<Type>("__Type", "kind", [](const Type& type, Batch&) { return Cell::string(kind_name(type)); });
    value<Type>("__Type", "name", [](const Type& type, Batch&) {
      return bare(type) != nullptr ? Cell::string(type.named->name) : Cell::null();
    });
    value<Type>("__Type", "description", [](const Type& type, Batch&) {
      return bare(type) != nullptr ? text_or_null(type.named->description) : Cell::null();
    });
    value<Type>("__Type", "specifiedByURL", [](const Type& type, Batch&) {
      if (bare(type) == nullptr) return Cell::null();
      const ast::Directive* directive = ast::find_directive(type.named->directives, "specifiedBy");
      const ast::Value* url = directive == nullptr ? nullptr : directive->argument("url");
      return url == nullptr ? Cell::null() : Cell::string(url->text);
    });
    value<Type>("__Type", "isOneOf", [](const Type& type, Batch&) {
      if (bare(type) == nullptr || type.named->kind != NamedType::Kind::kInputObject) return Cell::null();
      return Cell::of(type.named->one_of);
    });
    object<Type>("__Type", "ofType", "__Type", [](const Type& type, Batch&) -> const void* {
      return bare(type) != nullptr ? nullptr : type.of;
    });
    objects<Type>("__Type", "fields", "__Field", [](const Type& type, Batch& batch) -> Pointers {
      const NamedType* named = bare(type);
      if (named == nullptr) return std::nullopt;
      if (named->kind != NamedType::Kind::kObject && named->kind != NamedType::Kind::kInterface)
        return std::nullopt;
      std::vector<const void*> list;
      for (const FieldDef& field : named->fields) {
        if (field.internal || field.name.starts_with("__")) continue;
        if (with_deprecated(batch) || !deprecated(field.directives)) list.push_back(&field);
      }
      return list;
    });
    objects<Type>("__Type", "interfaces", "__Type", [](const Type& type, Batch&) -> Pointers {
      const NamedType* named = bare(type);
      if (named == nullptr) return std::nullopt;
      if (named->kind != NamedType::Kind::kObject && named->kind != NamedType::Kind::kInterface)
        return std::nullopt;
      std::vector<const void*> list;
      for (const NamedType* interface : named->interfaces) list.push_back(interface->self);
      return list;
    });
    objects<Type>("__Type", "possibleTypes", "__Type", [](const Type& type, Batch&) -> Pointers {
      const NamedType* named = bare(type);
      if (named == nullptr || !named->is_abstract()) return std::nullopt;
      std::vector<const void*> list;
      for (const NamedType* member : named->members) list.push_back(member->self);
      return list;
    });
    objects<Type>("__Type", "enumValues", "__EnumValue", [](const Type& type, Batch& batch) -> Pointers {
      const NamedType* named = bare(type);
      if (named == nullptr || named->kind != NamedType::Kind::kEnum) return std::nullopt;
      std::vector<const void*> list;
      for (const EnumValue& entry : named->values) {
        if (with_deprecated(batch) || !deprecated(entry.directives)) list.push_back(&entry);
      }
      return list;
    });
    objects<Type>("__Type", "inputFields", "__InputValue", [](const Type& type, Batch& batch) -> Pointers {
      const NamedType* named = bare(type);
      if (named == nullptr || named->kind != NamedType::Kind::kInputObject) return std::nullopt;
      return visible_inputs(named->input_fields, with_deprecated(batch));
    });
  }

  void add_field() {
    value<FieldDef>("__Field", "name",
                    [](const FieldDef& field, Batch&) { return Cell::string(field.name); });
    value<FieldDef>("__Field", "description",
                    [](const FieldDef& field, Batch&) { return text_or_null(field.description); });
    objects<FieldDef>("__Field", "args", "__InputValue", [](const FieldDef& field, Batch& batch) {
      return visible_inputs(field.arguments, with_deprecated(batch));
    });
    object<FieldDef>("__Field", "type", "__Type",
                     [](const FieldDef& field, Batch&) -> const void* { return field.type; });
    value<FieldDef>("__Field", "isDeprecated",
                    [](const FieldDef& field, Batch&) { return Cell::of(deprecated(field.directives)); });
    value<FieldDef>("__Field", "deprecationReason",
                    [](const FieldDef& field, Batch&) { return deprecation_reason(field.directives); });
  }

  void add_input_value() {
    value<InputValue>("__InputValue", "name",
                      [](const InputValue& input, Batch&) { return Cell::string(input.name); });
    value<InputValue>("__InputValue", "description",
                      [](const InputValue& input, Batch&) { return text_or_null(input.description); });
    object<InputValue>("__InputValue", "type", "__Type",
                       [](const InputValue& input, Batch&) -> const void* { return input.type; });
    value<InputValue>("__InputValue", "defaultValue", [](const InputValue& input, Batch& batch) {
      if (input.default_literal == nullptr) return Cell::null();
      return Cell::string(batch.context.keep(print_value(*input.default_literal)));
    });
    value<InputValue>("__InputValue", "isDeprecated",
                      [](const InputValue& input, Batch&) { return Cell::of(deprecated(input.directives)); });
    value<InputValue>("__InputValue", "deprecationReason",
                      [](const InputValue& input, Batch&) { return deprecation_reason(input.directives); });
  }

  void add_enum_value() {
    value<EnumValue>("__EnumValue", "name",
                     [](const EnumValue& entry, Batch&) { return Cell::string(entry.name); });
    value<EnumValue>("__EnumValue", "description",
                     [](const EnumValue& entry, Batch&) { return text_or_null(entry.description); });
    value<EnumValue>("__EnumValue", "isDeprecated",
                     [](const EnumValue& entry, Batch&) { return Cell::of(deprecated(entry.directives)); });
    value<EnumValue>("__EnumValue", "deprecationReason",
                     [](const EnumValue& entry, Batch&) { return deprecation_reason(entry.directives); });
  }

  void add_directive() {
    value<DirectiveDef>("__Directive", "name",
                        [](const DirectiveDef& directive, Batch&) { return Cell::string(directive.name); });
    value<DirectiveDef>("__Directive", "description", [](const DirectiveDef& directive, Batch&) {
      return text_or_null(directive.description);
    });
    value<DirectiveDef>("__Directive", "isRepeatable",
                        [](const DirectiveDef& directive, Batch&) { return Cell::of(directive.repeatable); });
    on("__Directive", "locations", [](Batch& batch, std::size_t i, const void* data) {
      batch.out.begin_list();
      for (const std::string& location : static_cast<const DirectiveDef*>(data)->locations) {
        batch.out.item(Cell::string(location));
      }
      batch.out.set(i, batch.out.end_list());
    });
    objects<DirectiveDef>("__Directive", "args", "__InputValue",
                          [](const DirectiveDef& directive, Batch& batch) {
                            return visible_inputs(directive.arguments, with_deprecated(batch));
                          });
  }

  const Schema& schema_;
  ResolverMap& resolvers_;
};

}  // namespace

void add_introspection(const Schema& schema, ResolverMap& resolvers) {
  Introspection(schema, resolvers).add();
}

}  // namespace graphql
