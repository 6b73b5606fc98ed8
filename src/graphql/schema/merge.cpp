#include "graphql/schema/merge.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace graphql {
namespace {

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

bool is_root_name(std::string_view name) {
  return name == "Query" || name == "Mutation" || name == "Subscription";
}

class Merge {
 public:
  explicit Merge(Problems& problems) : problems_(problems) {}

  ast::TypeSystemDocument run(std::vector<ast::TypeSystemDocument> documents) {
    std::size_t types = 0;
    for (const ast::TypeSystemDocument& document : documents) types += document.types.size();
    merged_.types.reserve(types);  // so that names of definitions stay where they are
    for (ast::TypeSystemDocument& document : documents) {
      for (ast::TypeDefinition& type : document.types) {
        if (!type.extension) define(type);
      }
      append(merged_.directives, document.directives);
    }
    for (ast::TypeSystemDocument& document : documents) {
      for (ast::TypeDefinition& type : document.types) {
        if (type.extension) extend(type);
      }
      for (ast::SchemaDefinition& schema : document.schemas) add_schema(schema);
    }
    check_directives();
    return std::move(merged_);
  }

 private:
  void define(ast::TypeDefinition& type) {
    if (definitions_.contains(type.name)) {
      problems_.push_back(fmt::format("There can be only one type named '{}'.", type.name));
      return;
    }
    merged_.types.push_back(std::move(type));
    definitions_.emplace(merged_.types.back().name, merged_.types.size() - 1);
  }

  void extend(ast::TypeDefinition& extension) {
    const auto found = definitions_.find(extension.name);
    if (found == definitions_.end()) {
      if (extension.kind == ast::TypeDefinition::Kind::kObject && is_root_name(extension.name)) {
        extension.extension = false;
        define(extension);
      } else {
        problems_.push_back(
            fmt::format("Cannot extend type '{}' because it is not defined.", extension.name));
      }
      return;
    }
    ast::TypeDefinition& type = merged_.types[found->second];
    if (type.kind != extension.kind) {
      problems_.push_back(
          fmt::format("Cannot extend type '{}' as another kind of type than it is.", type.name));
      return;
    }
    append(type.interfaces, extension.interfaces);
    append(type.fields, extension.fields);
    append(type.members, extension.members);
    append(type.values, extension.values);
    append(type.input_fields, extension.input_fields);
    append(type.directives, extension.directives);
  }

  void add_schema(ast::SchemaDefinition& schema) {
    if (!schema.extension) {
      if (defined_schema_) problems_.emplace_back("There can be only one schema definition.");
      defined_schema_ = true;
    }
    if (merged_.schemas.empty()) {
      schema.extension = false;
      merged_.schemas.push_back(std::move(schema));
      return;
    }
    ast::SchemaDefinition& one = merged_.schemas.front();
    if (!schema.description.empty()) one.description = std::move(schema.description);
    add_root("query", one.query, schema.query);
    add_root("mutation", one.mutation, schema.mutation);
    add_root("subscription", one.subscription, schema.subscription);
    append(one.directives, schema.directives);
  }

  void add_root(std::string_view operation, std::string& known, std::string& added) {
    if (added.empty()) return;
    if (!known.empty())
      problems_.push_back(fmt::format("There can be only one {} type in schema.", operation));
    known = std::move(added);
  }

  void check_directives() {
    std::unordered_set<std::string_view> names;
    for (const ast::DirectiveDefinition& directive : merged_.directives) {
      if (names.insert(directive.name).second) continue;
      problems_.push_back(fmt::format("There can be only one directive named '@{}'.", directive.name));
    }
  }

  Problems& problems_;
  ast::TypeSystemDocument merged_;
  std::unordered_map<std::string_view, std::size_t> definitions_;
  bool defined_schema_ = false;
};

template <class Definition>
void append_missing(std::vector<Definition>& to, std::vector<Definition>& from) {
  std::unordered_set<std::string> known;
  for (const Definition& definition : to) known.insert(definition.name);
  for (Definition& definition : from) {
    if (!known.contains(definition.name)) to.push_back(std::move(definition));
  }
}

}  // namespace

ast::TypeSystemDocument merge(std::vector<ast::TypeSystemDocument> documents, Problems& problems) {
  return Merge(problems).run(std::move(documents));
}

void add_missing(ast::TypeSystemDocument& document, ast::TypeSystemDocument built_ins) {
  append_missing(document.types, built_ins.types);
  append_missing(document.directives, built_ins.directives);
}

}  // namespace graphql
