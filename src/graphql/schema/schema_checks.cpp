#include "graphql/schema/schema_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace graphql {
namespace {

using Kind = NamedType::Kind;

bool is_deprecated(const InputValue& value) {
  return ast::find_directive(*value.directives, "deprecated") != nullptr;
}

/// May a value of type `sub` stand where `super` is promised?
bool is_subtype(const Type& sub, const Type& super) {
  if (&sub == &super) return true;
  if (super.is_non_null()) return sub.is_non_null() && is_subtype(*sub.of, *super.of);
  if (sub.is_non_null()) return is_subtype(*sub.of, super);
  if (super.is_list() || sub.is_list()) {
    return super.is_list() && sub.is_list() && is_subtype(*sub.of, *super.of);
  }
  const auto& implemented = sub.named->interfaces;
  return super.named->includes(*sub.named) ||
         std::ranges::find(implemented, super.named) != implemented.end();
}

class DefinitionChecks {
 public:
  DefinitionChecks(const Schema& schema, Problems& problems) : schema_(schema), problems_(problems) {}

  void run() {
    for (const NamedType* type : schema_.types()) {
      switch (type->kind) {
        case Kind::kScalar:
          break;
        case Kind::kObject:
        case Kind::kInterface:
          check_composite(*type);
          break;
        case Kind::kUnion:
          check_union(*type);
          break;
        case Kind::kEnum:
          check_enum(*type);
          break;
        case Kind::kInputObject:
          check_input(*type);
          break;
      }
    }
    for (const DirectiveDef* directive : schema_.directives()) {
      check_arguments(directive->arguments, "@" + directive->name, true);
    }
    check_roots();
  }

 private:
  template <class... Args>
  void report(fmt::format_string<Args...> format, Args&&... args) {
    problems_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  template <class Range>
  void check_unique(const Range& range, std::string_view what, std::string_view owner) {
    std::unordered_set<std::string_view> seen;
    for (const auto& each : range) {
      if (!seen.insert(each.name).second)
        report("{} '{}.{}' can only be defined once.", what, owner, each.name);
    }
  }

  void check_composite(const NamedType& type) {
    const auto visible = [](const FieldDef& field) {
      return !field.internal && !field.name.starts_with("__");
    };
    if (type.fields.empty()) {
      report("Type '{}' must define one or more fields.", type.name);
    } else if (!type.internal && std::ranges::none_of(type.fields, visible)) {
      report("Type '{}' has only internal fields; clients would see it empty.", type.name);
    }
    for (const FieldDef& field : type.fields) {
      const std::string where = type.name + "." + field.name;
      if (field.type->named->kind == Kind::kInputObject) {
        report("Field '{}' must have an output type, not '{}'.", where, field.type->printed);
      }
      check_arguments(field.arguments, where, !type.internal && !field.internal);
    }
    check_interfaces(type);
  }

  void check_arguments(const std::vector<InputValue>& arguments, const std::string& owner, bool visible) {
    check_unique(arguments, "Argument", owner);
    for (const InputValue& argument : arguments) check_input_value(argument, "Argument", owner, visible);
  }

  void check_input_value(const InputValue& value, std::string_view what, const std::string& owner,
                         bool visible) {
    if (!value.type->named->is_input()) {
      report("{} '{}.{}' must have an input type, not '{}'.", what, owner, value.name, value.type->printed);
    }
    if (visible && value.type->named->internal) {
      report("{} '{}.{}' has the internal type '{}', which clients cannot know.", what, owner, value.name,
             value.type->printed);
    }
    if (value.is_required() && is_deprecated(value)) {
      report("{} '{}.{}' is required and cannot be deprecated.", what, owner, value.name);
    }
  }

  void check_interfaces(const NamedType& type) {
    std::unordered_set<const NamedType*> seen;
    for (const NamedType* interface : type.interfaces) {
      if (interface->kind != Kind::kInterface) {
        report("Type '{}' can only implement interfaces, not '{}'.", type.name, interface->name);
      } else if (interface == &type) {
        report("Type '{}' cannot implement itself.", type.name);
      } else if (!seen.insert(interface).second) {
        report("Type '{}' can only implement '{}' once.", type.name, interface->name);
      } else {
        check_implementation(type, *interface);
      }
    }
  }

  void check_implementation(const NamedType& type, const NamedType& interface) {
    for (const NamedType* further : interface.interfaces) {
      if (std::ranges::find(type.interfaces, further) != type.interfaces.end()) continue;
      report("Type '{}' must implement '{}' because it is implemented by '{}'.", type.name, further->name,
             interface.name);
    }
    for (const FieldDef& promised : interface.fields) {
      const FieldDef* field = type.field(promised.name);
      if (field == nullptr && promised.internal) continue;  // stored, and promised to nobody
      if (field == nullptr) {
        report("Interface field '{}.{}' expected but '{}' does not provide it.", interface.name,
               promised.name, type.name);
      } else {
        check_implemented_field(*field, promised);
      }
    }
  }

  void check_implemented_field(const FieldDef& field, const FieldDef& promised) {
    const std::string here = field.owner->name + "." + field.name;
    const std::string there = promised.owner->name + "." + promised.name;
    if (!is_subtype(*field.type, *promised.type)) {
      report("Interface field '{}' expects type '{}' but '{}' is type '{}'.", there, promised.type->printed,
             here, field.type->printed);
    }
    if (field.internal && !promised.internal) {
      report("Field '{}' is internal, but clients see it as '{}'.", here, there);
    }
    for (const InputValue& expected : promised.arguments) {
      const InputValue* argument = field.argument(expected.name);
      if (argument == nullptr) {
        report("Interface field argument '{}({}:)' expected but '{}' does not provide it.", there,
               expected.name, here);
      } else if (argument->type != expected.type) {
        report("Interface field argument '{}({}:)' expects type '{}' but '{}({}:)' is type '{}'.", there,
               expected.name, expected.type->printed, here, expected.name, argument->type->printed);
      }
    }
    for (const InputValue& argument : field.arguments) {
      if (!argument.is_required() || promised.argument(argument.name) != nullptr) continue;
      report("Argument '{}({}:)' must not be required because '{}' does not have it.", here, argument.name,
             there);
    }
  }

  void check_union(const NamedType& type) {
    if (type.members.empty()) report("Union '{}' must define one or more member types.", type.name);
    std::unordered_set<const NamedType*> seen;
    for (const NamedType* member : type.members) {
      if (member->kind != Kind::kObject) {
        report("Union '{}' can only include object types, not '{}'.", type.name, member->name);
      } else if (!seen.insert(member).second) {
        report("Union '{}' can only include '{}' once.", type.name, member->name);
      }
    }
  }

  void check_enum(const NamedType& type) {
    if (type.values.empty()) report("Enum '{}' must define one or more values.", type.name);
    check_unique(type.values, "Enum value", type.name);
  }

  void check_input(const NamedType& type) {
    if (type.input_fields.empty()) report("Input object '{}' must define one or more fields.", type.name);
    check_unique(type.input_fields, "Input field", type.name);
    for (const InputValue& field : type.input_fields) {
      check_input_value(field, "Input field", type.name, !type.internal);
      if (!type.one_of) continue;
      if (field.type->is_non_null())
        report("OneOf input field '{}.{}' must be nullable.", type.name, field.name);
      if (field.default_literal != nullptr) {
        report("OneOf input field '{}.{}' cannot have a default value.", type.name, field.name);
      }
    }
    std::vector<const InputValue*> path;
    check_input_cycle(type, path);
  }

  /// An object that must contain one of its own kind can never be written.
  void check_input_cycle(const NamedType& type, std::vector<const InputValue*>& path) {
    InputState& state = input_states_[&type];
    if (state == InputState::kOpen) return report_cycle(type, path);
    if (state == InputState::kDone) return;
    state = InputState::kOpen;
    for (const InputValue& field : type.input_fields) {
      const bool requires_object = field.type->is_non_null() && !field.type->is_list() &&
                                   field.type->named->kind == Kind::kInputObject;
      if (!requires_object) continue;
      path.push_back(&field);
      check_input_cycle(*field.type->named, path);
      path.pop_back();
    }
    input_states_[&type] = InputState::kDone;
  }

  void report_cycle(const NamedType& type, const std::vector<const InputValue*>& path) {
    std::string fields;
    for (const InputValue* field : path) fields += (fields.empty() ? "" : ".") + field->name;
    report("Cannot reference input object '{}' within itself through a series of non-null fields: '{}'.",
           type.name, fields);
  }

  void check_roots() {
    const NamedType* roots[] = {schema_.query(), schema_.mutation(), schema_.subscription()};
    for (std::size_t i = 0; i < std::size(roots); ++i) {
      if (roots[i] == nullptr) continue;
      if (std::find(roots, roots + i, roots[i]) != roots + i) {
        report("Type '{}' can only be the root of one kind of operation.", roots[i]->name);
      }
      if (roots[i]->internal) report("Root type '{}' cannot be internal.", roots[i]->name);
    }
  }

  enum class InputState { kNew, kOpen, kDone };

  const Schema& schema_;
  Problems& problems_;
  std::unordered_map<const NamedType*, InputState> input_states_;
};

void check_name(std::string_view name, std::string_view owner, Problems& problems) {
  if (!name.starts_with("__")) return;
  problems.push_back(
      fmt::format("Name '{}{}' must not begin with '__', which is reserved for introspection.", owner, name));
}

}  // namespace

void check_names(const ast::TypeSystemDocument& document, Problems& problems) {
  for (const ast::TypeDefinition& type : document.types) {
    check_name(type.name, "", problems);
    for (const ast::FieldDefinition& field : type.fields) {
      check_name(field.name, type.name + ".", problems);
      for (const auto& argument : field.arguments) {
        check_name(argument.name, type.name + "." + field.name + ".", problems);
      }
    }
    for (const auto& field : type.input_fields) check_name(field.name, type.name + ".", problems);
    for (const auto& value : type.values) check_name(value.name, type.name + ".", problems);
  }
  for (const ast::DirectiveDefinition& directive : document.directives) {
    check_name(directive.name, "@", problems);
    for (const auto& argument : directive.arguments)
      check_name(argument.name, "@" + directive.name + ".", problems);
  }
}

void check_definitions(const Schema& schema, Problems& problems) { DefinitionChecks(schema, problems).run(); }

}  // namespace graphql
