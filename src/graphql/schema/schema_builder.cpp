#include "graphql/schema/schema_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "graphql/error.h"
#include "graphql/language/parser.h"
#include "graphql/schema/built_ins.h"
#include "graphql/schema/defaults.h"
#include "graphql/schema/introspection.h"
#include "graphql/schema/public_sdl.h"
#include "graphql/schema/schema_checks.h"
#include "graphql/schema/store.h"

namespace graphql {
namespace {

bool has_directive(const ast::Directives& directives, std::string_view name) {
  return ast::find_directive(directives, name) != nullptr;
}

ast::TypeReference named(std::string name) {
  ast::TypeReference reference;
  reference.name = std::move(name);
  return reference;
}

ast::TypeReference non_null(std::string name) {
  ast::TypeReference reference;
  reference.kind = ast::TypeReference::Kind::kNonNull;
  reference.of = std::make_shared<const ast::TypeReference>(named(std::move(name)));
  return reference;
}

const ast::Directives kNoDirectives;

}  // namespace

SchemaBuilder::SchemaBuilder() : schema_(std::make_shared<Schema>()) {
  schema_->store_ = std::make_shared<Schema::Store>();
}

std::shared_ptr<const Schema> SchemaBuilder::build(const std::vector<std::string_view>& documents) {
  read(documents);
  declare_types();
  throw_problems();
  const ast::TypeSystemDocument& document = schema_->store_->document;
  for (std::size_t i = 0; i < document.types.size(); ++i)
    define_type(schema_->store_->types[i], document.types[i]);
  define_directives();
  define_roots();
  throw_problems();
  add_meta_fields();
  link_interfaces();
  order_types();
  check_definitions(*schema_, problems_);
  throw_problems();
  coerce_defaults();
  throw_problems();
  check_directive_uses(*schema_, document, problems_);
  throw_problems();
  schema_->public_sdl_ = public_sdl(*schema_, document, own_types_, own_directives_);
  return schema_;
}

void SchemaBuilder::read(const std::vector<std::string_view>& documents) {
  std::vector<ast::TypeSystemDocument> parsed;
  parsed.reserve(documents.size());
  for (std::size_t i = 0; i < documents.size(); ++i) {
    try {
      parsed.push_back(parse_schema(documents[i]));
    } catch (const SyntaxError& error) {
      report(fmt::format("Document {}, line {}, column {}: {}", i + 1, error.location.line,
                         error.location.column, error.message()));
    }
  }
  throw_problems();
  ast::TypeSystemDocument& document = schema_->store_->document;
  document = merge(std::move(parsed), problems_);
  own_types_ = document.types.size();
  own_directives_ = document.directives.size();
  check_names(document, problems_);
  add_missing(document, parse_schema(built_in_sdl()));
  add_missing(document, parse_schema(introspection_sdl()));
}

void SchemaBuilder::declare_types() {
  Schema::Store& store = *schema_->store_;
  store.types_by_name.reserve(store.document.types.size());
  for (const ast::TypeDefinition& definition : store.document.types) {
    NamedType& type = store.types.emplace_back();
    type.kind = definition.kind;
    type.name = definition.name;
    type.description = definition.description;
    type.directives = definition.directives;
    type.internal = has_directive(definition.directives, "internal");
    type.one_of = has_directive(definition.directives, "oneOf");
    type.self = store.add_link(type);
    store.types_by_name.emplace(type.name, &type);
  }
}

void SchemaBuilder::define_type(NamedType& type, const ast::TypeDefinition& definition) {
  define_fields(type, definition);
  type.input_fields = input_values(definition.input_fields, type.name);
  for (const ast::EnumValueDefinition& value : definition.values) {
    type.values.push_back({value.name, value.description, &value.directives});
  }
  for (const std::string& name : definition.interfaces) {
    const NamedType* interface = find(name, type.name);
    if (interface != nullptr) type.interfaces.push_back(interface);
  }
  for (const std::string& name : definition.members) {
    const NamedType* member = find(name, type.name);
    if (member != nullptr) type.members.push_back(member);
  }
}

void SchemaBuilder::define_fields(NamedType& type, const ast::TypeDefinition& definition) {
  type.field_index_.reserve(definition.fields.size());
  for (const ast::FieldDefinition& node : definition.fields) {
    const std::string where = type.name + "." + node.name;
    FieldDef field;
    field.name = node.name;
    field.description = node.description;
    field.type = resolve(node.type, where);
    field.arguments = input_values(node.arguments, where);
    field.directives = &node.directives;
    field.internal = has_directive(node.directives, "internal") || field.type->named->internal;
    add_field(type, std::move(field));
  }
}

void SchemaBuilder::add_field(NamedType& type, FieldDef field) {
  field.owner = &type;
  field.index = type.fields.size();
  const FieldDef& added = type.fields.emplace_back(std::move(field));
  if (!type.field_index_.emplace(added.name, &added).second) {
    report(fmt::format("Field '{}.{}' can only be defined once.", type.name, added.name));
  }
}

void SchemaBuilder::define_directives() {
  Schema::Store& store = *schema_->store_;
  for (const ast::DirectiveDefinition& node : store.document.directives) {
    DirectiveDef& directive = store.directives.emplace_back();
    directive.name = node.name;
    directive.description = node.description;
    directive.arguments = input_values(node.arguments, "@" + node.name);
    directive.locations = node.locations;
    directive.repeatable = node.repeatable;
    store.directives_by_name.emplace(directive.name, &directive);
    schema_->ordered_directives_.push_back(&directive);
  }
}

void SchemaBuilder::define_roots() {
  const std::vector<ast::SchemaDefinition>& schemas = schema_->store_->document.schemas;
  const ast::SchemaDefinition none;
  const ast::SchemaDefinition& declared = schemas.empty() ? none : schemas.front();
  const bool by_name = declared.query.empty() && declared.mutation.empty() && declared.subscription.empty();
  schema_->query_ = root(declared.query, by_name ? "Query" : "");
  schema_->mutation_ = root(declared.mutation, by_name ? "Mutation" : "");
  schema_->subscription_ = root(declared.subscription, by_name ? "Subscription" : "");
}

const NamedType* SchemaBuilder::root(const std::string& declared, std::string_view usual) {
  const NamedType* type = declared.empty() ? schema_->type(usual) : find(declared, "schema");
  if (type != nullptr && type->kind != NamedType::Kind::kObject) {
    report(fmt::format("Root type '{}' must be an object type.", type->name));
  }
  return type;
}

// Every query may ask for the schema; clients do not see these two listed.
void SchemaBuilder::add_meta_fields() {
  if (schema_->query_ == nullptr) return;
  NamedType& query = *schema_->store_->types_by_name.at(schema_->query_->name);
  FieldDef whole;
  whole.name = "__schema";
  whole.description = "The types and directives of this server.";
  whole.type = resolve(non_null("__Schema"), whole.name);
  whole.directives = &kNoDirectives;
  add_field(query, std::move(whole));

  FieldDef one;
  one.name = "__type";
  one.description = "The type of this name.";
  one.type = resolve(named("__Type"), one.name);
  one.directives = &kNoDirectives;
  InputValue& name = one.arguments.emplace_back();
  name.name = "name";
  name.type = resolve(non_null("String"), one.name);
  name.directives = &kNoDirectives;
  add_field(query, std::move(one));
}

void SchemaBuilder::link_interfaces() {
  Schema::Store& store = *schema_->store_;
  for (const NamedType& type : store.types) {
    if (type.kind != NamedType::Kind::kObject) continue;
    for (const NamedType* interface : type.interfaces) {
      store.types_by_name.at(interface->name)->members.push_back(&type);
    }
  }
}

void SchemaBuilder::order_types() {
  for (const NamedType& type : schema_->store_->types) {
    // Section 3.5: a built-in scalar that nothing mentions is not listed.
    if (is_built_in_scalar(type.name) && !referenced_.contains(&type)) continue;
    schema_->ordered_.push_back(&type);
  }
}

void SchemaBuilder::coerce_defaults() {
  Schema::Store& store = *schema_->store_;
  DefaultValues defaults(store.types, problems_);
  for (NamedType& type : store.types) {
    defaults.fill_input(type);
    for (FieldDef& field : type.fields) defaults.fill(field.arguments, type.name + "." + field.name);
  }
  for (DirectiveDef& directive : store.directives) defaults.fill(directive.arguments, "@" + directive.name);
}

std::vector<InputValue> SchemaBuilder::input_values(const std::vector<ast::InputValueDefinition>& definitions,
                                                    const std::string& owner) {
  std::vector<InputValue> values;
  values.reserve(definitions.size());
  for (const ast::InputValueDefinition& node : definitions) {
    InputValue& value = values.emplace_back();
    value.name = node.name;
    value.description = node.description;
    value.type = resolve(node.type, owner + "." + node.name);
    value.default_literal = node.default_value ? &*node.default_value : nullptr;
    value.directives = &node.directives;
  }
  return values;
}

const Type* SchemaBuilder::resolve(const ast::TypeReference& reference, const std::string& where) {
  const Type* type = schema_->store_->resolve(reference, std::numeric_limits<std::size_t>::max());
  if (type != nullptr) {
    referenced_.insert(type->named);
    return type;
  }
  const ast::TypeReference* innermost = &reference;
  while (innermost->of != nullptr) innermost = innermost->of.get();
  report(fmt::format("Unknown type '{}' at '{}'.", innermost->name, where));
  // Any type will do: the problem just reported stops the build.
  return schema_->store_->types.front().self;
}

const NamedType* SchemaBuilder::find(const std::string& name, const std::string& where) {
  const NamedType* type = schema_->type(name);
  if (type == nullptr) report(fmt::format("Unknown type '{}' at '{}'.", name, where));
  return type;
}

void SchemaBuilder::throw_problems() const {
  if (problems_.empty()) return;
  throw base::Error(base::code::kInternal, "The GraphQL schema is not valid:\n{}",
                    fmt::join(problems_, "\n"));
}

}  // namespace graphql
