// A document made ready to run: fields collected per selection and concrete
// type, resolvers looked up, SQL prepared. Made once per document, immutable,
// shared by all requests that send it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graphql/language/ast.h"
#include "graphql/schema/schema.h"

namespace graphql {

class Resolver;
class ResolverMap;
struct PlanField;

/// When a field is selected: one of the alternatives holds, each a conjunction
/// of `@include`/`@skip` variables. No alternatives: always.
struct Condition {
  struct Test {
    std::string variable;
    bool wanted;
  };
  std::vector<std::vector<Test>> alternatives;

  bool holds(const base::Json& variables) const;
};

/// The fields asked of objects of one concrete type.
struct TypeSelection {
  const NamedType* type = nullptr;
  std::vector<PlanField> fields;  ///< in response order
};

/// A selection set, for every concrete type its objects may have.
struct SelectionPlan {
  std::vector<TypeSelection> types;

  const TypeSelection* of(const NamedType& type) const;
};

struct PlanField {
  std::string response_key;
  std::string key_json;              ///< `"responseKey":`
  const FieldDef* field = nullptr;   ///< null for `__typename`
  const ast::Field* node = nullptr;  ///< the first of the merged fields: its arguments and location
  base::Json constant_arguments;     ///< coerced, if no argument mentions a variable
  bool arguments_are_constant = false;
  Condition condition;
  std::unique_ptr<SelectionPlan> selection;  ///< composite types only
  Resolver* resolver = nullptr;
  /// This field or one that is always selected below it, if nobody built it:
  /// what fails then must not depend on which objects there are.
  const FieldDef* not_built = nullptr;
  std::shared_ptr<const void> prepared;  ///< what the resolver made of this field, see Resolver::prepare
};

/// Throws base::Error(kNotImplemented) if the field, or one below it, is not built.
void require_built(const PlanField& field);

/// One operation of a document.
class Plan {
 public:
  /// The document must be valid. Throws base::Error if the expanded
  /// selections exceed what a plan may hold.
  static std::shared_ptr<const Plan> make(const Schema& schema, const ResolverMap& resolvers,
                                          std::shared_ptr<const ast::Document> document,
                                          const ast::Operation& operation);

  const ast::Operation& operation() const { return *operation_; }
  const TypeSelection& root() const { return root_; }
  /// No field of it reads the database.
  bool is_pure() const { return pure_; }
  /// A root field of it may take several statements.
  bool slices() const { return slices_; }
  /// Levels of objects below the root that are loaded one after the other.
  std::size_t depth() const { return depth_; }

 private:
  friend class PlanBuilder;
  std::shared_ptr<const ast::Document> document_;
  const ast::Operation* operation_ = nullptr;
  TypeSelection root_;
  bool pure_ = true;
  bool slices_ = false;
  std::size_t depth_ = 0;
};

}  // namespace graphql
