// From SDL to a schema. Inside this folder only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "graphql/schema/merge.h"
#include "graphql/schema/schema.h"

namespace graphql {

/// Builds one schema; see Schema::from_sdl.
class SchemaBuilder {
 public:
  SchemaBuilder();
  std::shared_ptr<const Schema> build(const std::vector<std::string_view>& documents);

 private:
  void read(const std::vector<std::string_view>& documents);
  void declare_types();
  void define_type(NamedType& type, const ast::TypeDefinition& definition);
  void define_fields(NamedType& type, const ast::TypeDefinition& definition);
  void add_field(NamedType& type, FieldDef field);
  void define_directives();
  void define_roots();
  const NamedType* root(const std::string& declared, std::string_view usual);
  void add_meta_fields();
  void link_interfaces();
  void order_types();
  void coerce_defaults();
  std::vector<InputValue> input_values(const std::vector<ast::InputValueDefinition>& definitions,
                                       const std::string& owner);
  const Type* resolve(const ast::TypeReference& reference, const std::string& where);
  const NamedType* find(const std::string& name, const std::string& where);
  void report(std::string problem) { problems_.push_back(std::move(problem)); }
  void throw_problems() const;

  std::shared_ptr<Schema> schema_;
  Problems problems_;
  std::unordered_set<const NamedType*> referenced_;
  std::size_t own_types_ = 0;       ///< the first of the document's types; the others are built in
  std::size_t own_directives_ = 0;  ///< likewise
};

}  // namespace graphql
