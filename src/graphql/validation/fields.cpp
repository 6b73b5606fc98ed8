#include <algorithm>
#include <map>

#include "graphql/schema/suggestions.h"
#include "graphql/validation/rules.h"

namespace graphql::validation {
namespace {

constexpr std::size_t kMaxSuggestions = 5;

bool declares(Context& context, const NamedType& type, std::string_view field) {
  return !type.internal && context.field(type, field) != nullptr;
}

/// Types an inline fragment could narrow `type` to so that the field exists:
/// interfaces that many of its objects share first, then the objects.
std::vector<std::string_view> narrower_types(Context& context, const NamedType& type,
                                             std::string_view field) {
  if (!type.is_abstract()) return {};
  std::map<std::string_view, std::size_t> users;
  for (const NamedType* object : type.members) {
    if (!declares(context, *object, field)) continue;
    users.emplace(object->name, 0);
    for (const NamedType* shared : object->interfaces) {
      if (declares(context, *shared, field)) ++users[shared->name];
    }
  }
  std::vector<std::pair<std::string_view, std::size_t>> ranked(users.begin(), users.end());
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (ranked.size() > kMaxSuggestions) ranked.resize(kMaxSuggestions);
  std::vector<std::string_view> names;
  for (const auto& [name, count] : ranked) names.push_back(name);
  return names;
}

/// ` Did you mean to use an inline fragment on 'A' or 'B'?`, or nothing.
std::string suggest_narrower_types(Context& context, const NamedType& type, std::string_view field) {
  const std::vector<std::string_view> names = narrower_types(context, type, field);
  if (names.empty()) return {};
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) list += i + 1 < names.size() ? ", " : (names.size() == 2 ? " or " : ", or ");
    list += fmt::format("'{}'", names[i]);
  }
  return fmt::format(" Did you mean to use an inline fragment on {}?", list);
}

std::string suggest_fields(Context& context, const NamedType& type, std::string_view field) {
  std::vector<std::string_view> known;
  for (const FieldDef& candidate : type.fields) {
    if (declares(context, type, candidate.name)) known.emplace_back(candidate.name);
  }
  return suggest(field, known);
}

}  // namespace

void field_exists(Context& context, const FieldSite& site) {
  if (site.parent == nullptr || site.definition != nullptr || context.full()) return;
  const std::string& name = site.node.name;
  std::string suggestion = suggest_narrower_types(context, *site.parent, name);
  if (suggestion.empty()) suggestion = suggest_fields(context, *site.parent, name);
  context.report({site.node.location}, "Cannot query field '{}' on type '{}'.{}", name, site.parent->name,
                 suggestion);
}

void only_composites_have_selections(Context& context, const FieldSite& site) {
  if (site.definition == nullptr) return;
  const Type& type = *site.definition->type;
  if (type.named->is_leaf() && !site.node.selections.empty()) {
    context.report({site.node.location},
                   "Field '{}' must not have a selection since type '{}' has no subfields.", site.node.name,
                   type.printed);
  } else if (type.named->is_composite() && site.node.selections.empty()) {
    context.report(
        {site.node.location},
        "Field '{0}' of type '{1}' must have a selection of subfields. Did you mean '{0} {{ ... }}'?",
        site.node.name, type.printed);
  }
}

}  // namespace graphql::validation
