#include "entity/model.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace entity {
namespace {

using graphql::FieldDef;
using graphql::NamedType;
using graphql::ast::Directive;
using graphql::ast::find_directive;

[[noreturn]] void nonsense(const NamedType& type, std::string_view field, std::string_view why) {
  throw base::Error(base::code::kInternal, "Schema: {}.{}: {}", type.name, field, why);
}

Storage storage_of(const FieldDef& field) {
  const graphql::Type& type = *field.type;
  if (type.is_list()) return Storage::kJson;
  const NamedType& named = *type.named;
  if (named.kind == NamedType::Kind::kEnum) return Storage::kText;
  static const std::unordered_map<std::string_view, Storage> kByName{
      {"Int", Storage::kInteger},
      {"ByteCount", Storage::kInteger},
      {"Boolean", Storage::kBoolean},
      {"Float", Storage::kReal},
      {"DateTime", Storage::kTime},
      {"String", Storage::kText},
      {"ID", Storage::kText},
      {"UUID", Storage::kText},
      {"ActionHash", Storage::kText},
      {"Identifier", Storage::kText},
      {"SearchQuery", Storage::kText},
      {"ServiceIdentifier", Storage::kText},
      {"AppIdentifier", Storage::kText},
      {"Version", Storage::kText},
      {"Embedding", Storage::kText},
      {"Unit", Storage::kText},
      {"Length", Storage::kText},
      {"Power", Storage::kText},
      {"Frequency", Storage::kText},
      {"Temperature", Storage::kText},
      {"GenericQuantity", Storage::kText},
  };
  const auto it = kByName.find(named.name);
  return it == kByName.end() ? Storage::kJson : it->second;
}

std::string on_delete_of(const NamedType& type, const FieldDef& field, const Directive& ref) {
  const std::string wanted = text_argument(ref, "on_delete", "CASCADE");
  if (wanted == "CASCADE") return "cascade";
  if (wanted == "SET_NULL") return "set null";
  if (wanted == "RESTRICT") return "restrict";
  nonsense(type, field.name, "unknown on_delete " + wanted);
}

}  // namespace

std::string text_argument(const Directive& directive, std::string_view name, std::string fallback) {
  const graphql::ast::Value* value = directive.argument(name);
  return value == nullptr ? std::move(fallback) : value->text;
}

std::vector<std::string> words_argument(const Directive& directive, std::string_view name) {
  std::istringstream words(text_argument(directive, name));
  std::vector<std::string> list;
  for (std::string word; words >> word;) list.push_back(word);
  return list;
}

const Column* Table::column(std::string_view column_name) const {
  for (const Column& candidate : columns) {
    if (candidate.name == column_name) return &candidate;
  }
  return nullptr;
}

const Column* Table::column_of(const FieldDef& field) const {
  for (const Column& candidate : columns) {
    if (std::find(candidate.fields.begin(), candidate.fields.end(), &field) != candidate.fields.end()) {
      return &candidate;
    }
  }
  return nullptr;
}

const Column* Table::column_of_field(std::string_view field_name) const {
  if (field_name == "organization" && scope == Scope::kOwn) return column("organization_id");
  for (const Column& candidate : columns) {
    for (const FieldDef* field : candidate.fields) {
      if (field->name == field_name) return &candidate;
    }
  }
  return nullptr;
}

const FieldDef& Table::definition_of(const FieldDef& field) const {
  const FieldDef* shared = variants.empty() ? nullptr : type->field(field.name);
  return shared == nullptr ? field : *shared;
}

const Variant* Table::variant(const NamedType& named) const {
  const auto found =
      std::find_if(variants.begin(), variants.end(), [&](const Variant& v) { return v.type == &named; });
  return found == variants.end() ? nullptr : &*found;
}

std::size_t Table::ordinal(const Column& wanted) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (&columns[i] == &wanted) return i;
  }
  throw base::Error(base::code::kInternal, "Table {} has no column {}.", name, wanted.name);
}

Model::Model(std::shared_ptr<const graphql::Schema> schema) : schema_(std::move(schema)) {
  add_tables();
  for (Table& table : tables_) add_columns(table);
  for (const Table& table : tables_) check_scope(table);
  for (Table& table : tables_) add_keys(table);
  add_joins();
}

const Table* Model::table_of(const NamedType& type) const {
  const auto it = by_type_.find(&type);
  return it == by_type_.end() ? nullptr : it->second;
}

bool Model::restrict(std::string_view type, decltype(Table::visible) condition) {
  const NamedType* named = schema_->type(type);
  const auto it = named == nullptr ? by_type_.end() : by_type_.find(named);
  if (it == by_type_.end()) return false;
  it->second->visible = std::move(condition);
  return true;
}

const Table* Model::table(std::string_view name) const {
  const auto it =
      std::find_if(tables_.begin(), tables_.end(), [&](const Table& t) { return t.name == name; });
  return it == tables_.end() ? nullptr : &*it;
}

const JoinTable* Model::join(std::string_view name) const {
  const auto it =
      std::find_if(joins_.begin(), joins_.end(), [&](const JoinTable& j) { return j.name == name; });
  return it == joins_.end() ? nullptr : &*it;
}

void Model::add_tables() {
  for (const NamedType* type : schema_->types()) {
    const Directive* directive = find_directive(type->directives, "entity");
    if (directive == nullptr) continue;
    Table& table = tables_.emplace_back();
    table.type = type;
    table.name = text_argument(*directive, "table", base::snake_case(type->name));
    if (this->table(table.name) != &table)
      nonsense(*type, "@entity", "a second table \"" + table.name + "\"");
    const std::string scope = text_argument(*directive, "scope", "OWN");
    if (scope == "VIA") {
      table.scope = Table::Scope::kVia;
      std::istringstream path(text_argument(*directive, "path"));
      for (std::string step; std::getline(path, step, '.');) table.via.push_back(step);
      if (table.via.empty()) nonsense(*type, "@entity", "scope VIA needs a path");
    } else if (scope == "GLOBAL") {
      table.scope = Table::Scope::kGlobal;
    } else if (scope != "OWN") {
      nonsense(*type, "@entity", "unknown scope " + scope);
    }
    by_type_.emplace(type, &table);
    if (type->kind == NamedType::Kind::kInterface) add_variants(table);
  }
}

void Model::add_variants(Table& table) {
  for (const NamedType* member : table.type->members) {
    if (find_directive(member->directives, "absent") != nullptr) continue;
    const Directive* variant = find_directive(member->directives, "variant");
    if (variant == nullptr) nonsense(*member, "@variant", "which rows of " + table.name + " are meant?");
    if (!by_type_.emplace(member, &table).second) nonsense(*member, "@variant", "rows of two tables");
    table.variants.push_back({member, text_argument(*variant, "value")});
  }
}

void Model::add_columns(Table& table) {
  const FieldDef* id = table.type->field("id");
  const bool has_public_id = id != nullptr && find_directive(*id->directives, "column") != nullptr;
  Column& primary = table.columns.emplace_back();
  primary.name = "id";
  primary.storage = Storage::kInteger;
  primary.primary = true;
  if (id != nullptr && !has_public_id) primary.fields.push_back(id);
  const Table* organization = this->table("organization");
  if (table.scope == Table::Scope::kOwn) {
    // The public field `organization`, where the type has one, is this column.
    const FieldDef* field = table.type->field("organization");
    Column& scope = table.columns.emplace_back();
    scope.name = "organization_id";
    scope.storage = Storage::kInteger;
    if (field != nullptr) scope.fields.push_back(field);
    scope.references = organization;
    scope.on_delete = "cascade";
  }
  for (const FieldDef& field : table.type->fields) {
    if ((field.name == "id" && !has_public_id) || table.column_of(field) != nullptr) continue;
    add_column(table, *table.type, field);
  }
  if (has_public_id) {
    table.public_id = table.column_of(*id);
    table.uniques.push_back({table.public_id->name});
  }
  for (const Variant& variant : table.variants) {
    for (const FieldDef& field : variant.type->fields) {
      if (&table.definition_of(field) == &field) add_column(table, *variant.type, field);
    }
  }
  if (table.variants.empty()) return;
  const Directive* by = find_directive(table.type->directives, "variant");
  table.discriminator = by == nullptr ? nullptr : table.column_of_field(text_argument(*by, "by"));
  if (table.discriminator == nullptr) nonsense(*table.type, "@variant", "`by` names no column");
}

void Model::add_column(Table& table, const NamedType& type, const FieldDef& field) {
  const graphql::ast::Directives& directives = *field.directives;
  Column column;
  column.fields.push_back(&field);
  column.nullable = !field.type->is_non_null() || &type != table.type;
  column.name = base::snake_case(field.name);
  if (const Directive* with = find_directive(directives, "default"))
    column.default_sql = text_argument(*with, "sql");
  if (const Directive* ref = find_directive(directives, "ref")) {
    column.references = table_of(*field.type->named);
    if (column.references == nullptr) nonsense(type, field.name, "@ref to a type that is no entity");
    column.name += "_id";
    column.storage = Storage::kInteger;
    column.on_delete = on_delete_of(type, field, *ref);
  } else if (find_directive(directives, "json") != nullptr) {
    column.storage = Storage::kJson;
  } else if (!field.type->named->is_leaf() || find_directive(directives, "many") != nullptr ||
             find_directive(directives, "sql") != nullptr ||
             find_directive(directives, "computed") != nullptr ||
             find_directive(directives, "absent") != nullptr ||
             find_directive(directives, "later") != nullptr ||
             find_directive(directives, "through") != nullptr) {
    return;
  } else {
    column.storage = storage_of(field);
  }
  if (const Directive* named = find_directive(directives, "column")) {
    column.name = text_argument(*named, "name", column.name);
  }
  const auto known = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const Column& other) { return other.name == column.name; });
  if (known == table.columns.end()) {
    table.columns.push_back(std::move(column));
    return;
  }
  // Variants may say the same of themselves.
  if (&type == table.type || known->storage != column.storage || known->references != column.references) {
    nonsense(type, field.name, "a second column of that name");
  }
  known->fields.push_back(&field);
}

// Whether a path ends at a scope is for the table it leads to.
void Model::check_scope(const Table& table) const {
  const Table* here = &table;
  for (const std::string& step : table.via) {
    const Column* column = here->column_of_field(step);
    if (column == nullptr || column->references == nullptr) {
      nonsense(*table.type, "@entity", "the scope path names " + step + ", which is no reference");
    }
    here = column->references;
  }
}

void Model::add_keys(Table& table) {
  const auto columns_of = [&](const Directive& directive) {
    std::vector<std::string> names;
    for (const std::string& field : words_argument(directive, "fields")) {
      // A key over what clients know rows by exists already; `id` is the number.
      const Column* column = field == "id" ? nullptr : table.column_of_field(field);
      if (column == nullptr) column = table.column(field);
      if (column == nullptr) nonsense(*table.type, field, "a key over a field that is no column");
      names.push_back(column->name);
    }
    return names;
  };
  for (const Directive& directive : table.type->directives) {
    if (directive.name == "unique") table.uniques.push_back(columns_of(directive));
    if (directive.name == "index") table.indexes.push_back(columns_of(directive));
  }
  // A list without an ordering is its organization's rows by id, and the page
  // of it must not cost a look at all of them.
  if (table.scope == Table::Scope::kOwn) table.indexes.push_back({"organization_id", "id"});
  // Every reference is followed backwards sooner or later, by a nested list or
  // by a deletion.
  for (const Column& column : table.columns) {
    if (column.references == nullptr) continue;
    const auto leads = [&](const std::vector<std::string>& key) { return key.front() == column.name; };
    if (std::none_of(table.uniques.begin(), table.uniques.end(), leads) &&
        std::none_of(table.indexes.begin(), table.indexes.end(), leads)) {
      table.indexes.push_back({column.name});
    }
  }
}

void Model::add_joins() {
  for (const Table& table : tables_) {
    for (const FieldDef& field : table.type->fields) {
      const Directive* through = find_directive(*field.directives, "through");
      if (through == nullptr) continue;
      const std::string name = text_argument(*through, "table");
      const std::string from = text_argument(*through, "from") + "_id";
      const std::string to = text_argument(*through, "to") + "_id";
      const Table* other = table_of(*field.type->named);
      if (other == nullptr) nonsense(*table.type, field.name, "@through to a type that is no entity");
      if (const JoinTable* known = join(name)) {
        const bool same = known->from_column == from && known->to_column == to;
        const bool swapped = known->from_column == to && known->to_column == from;
        if (!same && !swapped) nonsense(*table.type, field.name, "two different tables of one name");
        continue;
      }
      const Table* between = this->table(name);
      if (between != nullptr && (between->column(from) == nullptr || between->column(to) == nullptr)) {
        nonsense(*table.type, field.name, "@through an entity that does not refer to both");
      }
      joins_.push_back(JoinTable{name, from, to, &table, other, between != nullptr});
    }
  }
}

}  // namespace entity
