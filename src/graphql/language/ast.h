// The GraphQL language (October 2021) as plain values: what the parser makes
// and everything else reads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace graphql::ast {

/// 1-based position of a node's first character.
struct Location {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct ObjectField;

struct Value {
  enum class Kind { kVariable, kInt, kFloat, kString, kBoolean, kNull, kEnum, kList, kObject };
  Kind kind = Kind::kNull;
  std::string text;                 ///< variable or enum name, number lexeme, string contents, `true`/`false`
  bool block = false;               ///< a """block string"""
  std::vector<Value> items;         ///< kList
  std::vector<ObjectField> fields;  ///< kObject
  Location location;
};

struct ObjectField {
  std::string name;
  Value value;
  Location location;
};

struct Argument {
  std::string name;
  Value value;
  Location location;
};

struct Directive {
  std::string name;
  std::vector<Argument> arguments;
  Location location;

  /// The argument's value, or nullptr.
  const Value* argument(std::string_view argument_name) const {
    for (const Argument& argument : arguments) {
      if (argument.name == argument_name) return &argument.value;
    }
    return nullptr;
  }
};
using Directives = std::vector<Directive>;

inline const Directive* find_directive(const Directives& directives, std::string_view name) {
  for (const Directive& directive : directives) {
    if (directive.name == name) return &directive;
  }
  return nullptr;
}

/// `[Name!]!` as written.
struct TypeReference {
  enum class Kind { kNamed, kList, kNonNull };
  Kind kind = Kind::kNamed;
  std::string name;                         ///< kNamed
  std::shared_ptr<const TypeReference> of;  ///< kList, kNonNull
  Location location;
};

// --- executable documents ---------------------------------------------------

struct Selection;
using SelectionSet = std::vector<Selection>;

struct Field {
  std::string alias;  ///< empty if none
  std::string name;
  std::vector<Argument> arguments;
  Directives directives;
  SelectionSet selections;
  Location location;

  const std::string& response_key() const { return alias.empty() ? name : alias; }
};

struct FragmentSpread {
  std::string name;
  Directives directives;
  Location location;
};

struct InlineFragment {
  std::string type_condition;  ///< empty if none
  Directives directives;
  SelectionSet selections;
  Location location;
};

struct Selection {
  std::variant<Field, FragmentSpread, InlineFragment> node;
};

struct VariableDefinition {
  std::string name;
  TypeReference type;
  std::optional<Value> default_value;
  Directives directives;
  Location location;
};

enum class OperationKind { kQuery, kMutation, kSubscription };

struct Operation {
  OperationKind kind = OperationKind::kQuery;
  std::string name;  ///< empty if anonymous
  std::vector<VariableDefinition> variables;
  Directives directives;
  SelectionSet selections;
  Location location;
};

struct Fragment {
  std::string name;
  std::string type_condition;
  Directives directives;
  SelectionSet selections;
  Location location;
};

struct Document {
  std::vector<Operation> operations;
  std::vector<Fragment> fragments;
};

// --- type system documents --------------------------------------------------

struct InputValueDefinition {
  std::string description;
  std::string name;
  TypeReference type;
  std::optional<Value> default_value;
  Directives directives;
  Location location;
};

struct FieldDefinition {
  std::string description;
  std::string name;
  std::vector<InputValueDefinition> arguments;
  TypeReference type;
  Directives directives;
  Location location;
};

struct EnumValueDefinition {
  std::string description;
  std::string name;
  Directives directives;
  Location location;
};

struct TypeDefinition {
  enum class Kind { kScalar, kObject, kInterface, kUnion, kEnum, kInputObject };
  Kind kind = Kind::kObject;
  bool extension = false;  ///< `extend type ...`
  std::string description;
  std::string name;
  std::vector<std::string> interfaces;             ///< object, interface
  std::vector<FieldDefinition> fields;             ///< object, interface
  std::vector<std::string> members;                ///< union
  std::vector<EnumValueDefinition> values;         ///< enum
  std::vector<InputValueDefinition> input_fields;  ///< input object
  Directives directives;
  Location location;
};

struct DirectiveDefinition {
  std::string description;
  std::string name;
  std::vector<InputValueDefinition> arguments;
  bool repeatable = false;
  std::vector<std::string> locations;
  Location location;
};

struct SchemaDefinition {
  bool extension = false;
  std::string description;
  std::string query, mutation, subscription;  ///< empty: not given
  Directives directives;
  Location location;
};

struct TypeSystemDocument {
  std::vector<SchemaDefinition> schemas;
  std::vector<TypeDefinition> types;
  std::vector<DirectiveDefinition> directives;
};

}  // namespace graphql::ast
