#include "graphql/schema/defaults.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "graphql/schema/coercion.h"

namespace graphql {
namespace {

bool contains_object(const ast::Value& literal) {
  return literal.kind == ast::Value::Kind::kObject || std::ranges::any_of(literal.items, contains_object);
}

}  // namespace

DefaultValues::DefaultValues(std::deque<NamedType>& types, Problems& problems) : problems_(problems) {
  for (NamedType& type : types) {
    if (type.kind == NamedType::Kind::kInputObject) inputs_.emplace(&type, std::pair{&type, Progress::kNone});
  }
}

void DefaultValues::fill_input(NamedType& type) {
  const auto found = inputs_.find(&type);
  if (found == inputs_.end() || found->second.second == Progress::kDone) return;
  if (found->second.second == Progress::kRunning) {
    problems_.push_back(fmt::format("A default value within input object '{}' contains itself.", type.name));
    return;
  }
  found->second.second = Progress::kRunning;
  fill(type.input_fields, type.name);
  found->second.second = Progress::kDone;
}

void DefaultValues::fill(std::vector<InputValue>& values, const std::string& owner) {
  for (InputValue& value : values) {
    if (value.default_literal == nullptr) continue;
    const auto input = inputs_.find(value.type->named);
    if (input != inputs_.end() && contains_object(*value.default_literal)) fill_input(*input->second.first);
    try {
      bool absent = false;
      value.default_value = coerce_literal(*value.default_literal, *value.type, nullptr, &absent);
    } catch (const base::Error& error) {
      problems_.push_back(fmt::format("Default value of '{}.{}': {}", owner, value.name, error.message()));
    }
  }
}

}  // namespace graphql
