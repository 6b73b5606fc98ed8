// A service's type system, resolved and ready to look up. Made once at start
// from SDL; immutable and thread-safe afterwards.
//
// Directives written on definitions stay attached to them (`@entity`, `@auth`,
// ...): other rooms give them their meaning. Introspection and the published
// SDL show only the public ones.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "graphql/language/ast.h"

namespace graphql {

struct NamedType;

/// `[Name!]!` resolved. Owned by the schema; compare names with `printed`.
struct Type {
  enum class Kind { kNamed, kList, kNonNull };
  Kind kind = Kind::kNamed;
  const Type* of = nullptr;          ///< kList, kNonNull
  const NamedType* named = nullptr;  ///< the innermost type, whatever the kind
  std::string printed;               ///< `[Name!]!`

  bool is_non_null() const { return kind == Kind::kNonNull; }
  /// Without an outer `!`.
  const Type& nullable() const { return kind == Kind::kNonNull ? *of : *this; }
  bool is_list() const { return nullable().kind == Kind::kList; }
  /// The element type of a list.
  const Type& element() const { return *nullable().of; }
};

/// An argument of a field or directive, or a field of an input object.
struct InputValue {
  std::string name;
  std::string description;
  const Type* type = nullptr;
  const ast::Value* default_literal = nullptr;  ///< as written, or null for none
  base::Json default_value;                     ///< coerced; JSON null if none (see default_literal)
  const ast::Directives* directives = nullptr;

  bool is_required() const { return type->is_non_null() && default_literal == nullptr; }
};

struct FieldDef {
  std::string name;
  std::string description;
  const NamedType* owner = nullptr;
  const Type* type = nullptr;
  std::vector<InputValue> arguments;
  const ast::Directives* directives = nullptr;
  std::size_t index = 0;  ///< position within the owner
  bool internal = false;  ///< `@internal`: clients never see it

  const InputValue* argument(std::string_view argument_name) const;
};

struct EnumValue {
  std::string name;
  std::string description;
  const ast::Directives* directives = nullptr;
};

struct NamedType {
  using Kind = ast::TypeDefinition::Kind;
  Kind kind = Kind::kObject;
  std::string name;
  std::string description;
  std::deque<FieldDef> fields;               ///< object, interface; declaration order, extensions last
  std::vector<InputValue> input_fields;      ///< input object
  std::vector<EnumValue> values;             ///< enum
  std::vector<const NamedType*> interfaces;  ///< object, interface: all of them, transitively declared
  std::vector<const NamedType*> members;     ///< union; for an interface: the objects implementing it
  ast::Directives directives;                ///< of the definition and its extensions
  bool internal = false;                     ///< `@internal`: clients never see it
  bool one_of = false;                       ///< `@oneOf` input
  const Type* self = nullptr;                ///< this type as a bare named Type

  bool is_leaf() const { return kind == Kind::kScalar || kind == Kind::kEnum; }
  bool is_composite() const {
    return kind == Kind::kObject || kind == Kind::kInterface || kind == Kind::kUnion;
  }
  bool is_abstract() const { return kind == Kind::kInterface || kind == Kind::kUnion; }
  bool is_input() const { return is_leaf() || kind == Kind::kInputObject; }
  /// Includes internal fields; validation refuses those for clients.
  const FieldDef* field(std::string_view field_name) const;
  const InputValue* input_field(std::string_view field_name) const;
  bool has_value(std::string_view enum_value) const;
  /// For abstract types: is `object` one of the possible types? An object has
  /// only itself.
  bool includes(const NamedType& object) const;

 private:
  friend class SchemaBuilder;
  std::unordered_map<std::string_view, const FieldDef*> field_index_;
};

struct DirectiveDef {
  std::string name;
  std::string description;
  std::vector<InputValue> arguments;
  std::vector<std::string> locations;
  bool repeatable = false;
};

class Schema {
 public:
  /// Reads SDL (several documents are one schema), adds the built-in scalars,
  /// directives and the introspection types, and checks it by section 3 of the
  /// specification. Directives nobody defined are allowed on definitions.
  /// Throws Error(kInternal) naming what is wrong.
  static std::shared_ptr<const Schema> from_sdl(const std::vector<std::string_view>& documents);

  const NamedType* type(std::string_view name) const;
  const DirectiveDef* directive(std::string_view name) const;
  /// nullptr if the schema has none.
  const NamedType* query() const { return query_; }
  const NamedType* mutation() const { return mutation_; }
  const NamedType* subscription() const { return subscription_; }
  const NamedType* root(ast::OperationKind kind) const;
  /// In definition order; introspection types last.
  const std::vector<const NamedType*>& types() const { return ordered_; }
  const std::vector<const DirectiveDef*>& directives() const { return ordered_directives_; }

  /// The resolved form of a type as written in a document (variable types);
  /// nullptr if its name is unknown. Thread-safe.
  const Type* resolve(const ast::TypeReference& reference) const;

  /// What clients may see: no internal types or fields, and of the directives
  /// only @deprecated, @specifiedBy, @oneOf, @auth, @unionElementOf,
  /// @identified, @key, @link.
  const std::string& public_sdl() const { return public_sdl_; }

 private:
  friend class SchemaBuilder;
  struct Store;  ///< owns types, wrapped types, syntax trees
  std::shared_ptr<Store> store_;
  const NamedType* query_ = nullptr;
  const NamedType* mutation_ = nullptr;
  const NamedType* subscription_ = nullptr;
  std::vector<const NamedType*> ordered_;
  std::vector<const DirectiveDef*> ordered_directives_;
  std::string public_sdl_;
};

}  // namespace graphql
