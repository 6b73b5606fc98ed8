#include "graphql/validation/context.h"

#include <algorithm>

#include "graphql/schema/suggestions.h"

namespace graphql::validation {
namespace {

constexpr std::size_t kMaxErrors = 100;
constexpr std::size_t kMaxLocations = 16;
/// A message quotes names and values, which can be as long as the document.
constexpr std::size_t kMaxMessageBytes = 1000;
/// Real documents need about two steps for each expanded field.
constexpr std::size_t kStepsPerField = 50;

void shorten(std::string& message) {
  if (message.size() <= kMaxMessageBytes) return;
  std::size_t end = kMaxMessageBytes;
  const auto is_continuation = [&](std::size_t at) {
    return (static_cast<unsigned char>(message[at]) & 0xC0) == 0x80;
  };
  while (end > 0 && is_continuation(end)) --end;
  message.resize(end);
  message += "...";
}

}  // namespace

/// `__typename`, `__schema` and `__type`, which no type declares.
struct Context::MetaFields {
  FieldDef type_name;
  FieldDef schema;
  FieldDef type;

  explicit MetaFields(const Schema& all) {
    const auto non_null = [&](const char* name) {
      ast::TypeReference named{
          .kind = ast::TypeReference::Kind::kNamed, .name = name, .of = nullptr, .location = {}};
      return all.resolve({.kind = ast::TypeReference::Kind::kNonNull,
                          .name = {},
                          .of = std::make_shared<const ast::TypeReference>(std::move(named)),
                          .location = {}});
    };
    type_name.name = "__typename";
    type_name.type = non_null("String");
    schema.name = "__schema";
    schema.type = non_null("__Schema");
    type.name = "__type";
    if (const NamedType* described = all.type("__Type")) type.type = described->self;
    InputValue name;
    name.name = "name";
    name.type = type_name.type;
    type.arguments.push_back(std::move(name));
  }
};

Context::Context(const Schema& schema, const ast::Document& document, const ValidationLimits& limits)
    : schema_(schema), document_(document), limits_(limits), allowance_(limits.fields * kStepsPerField) {
  operations_.reserve(document.operations.size());
  for (const ast::Operation& operation : document.operations) {
    operations_.push_back(
        {.operation = &operation, .fragment = nullptr, .variable_types = {}, .uses = {}, .spreads = {}});
  }
  fragments_.reserve(document.fragments.size());
  fragment_indexes_.reserve(document.fragments.size());
  for (const ast::Fragment& fragment : document.fragments) {
    // Of several fragments of one name the first counts; the others are an error.
    fragment_indexes_.emplace(fragment.name, static_cast<std::uint32_t>(fragments_.size()));
    fragments_.push_back(
        {.operation = nullptr, .fragment = &fragment, .variable_types = {}, .uses = {}, .spreads = {}});
  }
}

const NamedType* Context::type(std::string_view name) const {
  const NamedType* found = schema_.type(name);
  return found != nullptr && !found->internal ? found : nullptr;
}

const FieldDef* Context::field(const NamedType& parent, std::string_view name) {
  if (name.starts_with("__")) {
    if (const FieldDef* meta = meta_field(parent, name)) return meta;
  }
  const FieldDef* found = parent.field(name);
  return found != nullptr && !found->internal && !found->type->named->internal ? found : nullptr;
}

const FieldDef* Context::meta_field(const NamedType& parent, std::string_view name) {
  if (meta_fields_ == nullptr) meta_fields_ = std::make_shared<MetaFields>(schema_);
  if (name == "__typename") return parent.is_composite() ? &meta_fields_->type_name : nullptr;
  if (&parent != schema_.query()) return nullptr;
  if (name == "__schema" && meta_fields_->schema.type != nullptr) return &meta_fields_->schema;
  if (name == "__type" && meta_fields_->type.type != nullptr) return &meta_fields_->type;
  return nullptr;
}

const Type* Context::input_type(const ast::TypeReference& reference) const {
  const Type* found = schema_.resolve(reference);
  return found != nullptr && found->named->is_input() && !found->named->internal ? found : nullptr;
}

bool Context::overlap(const NamedType& a, const NamedType& b) {
  if (&a == &b) return true;
  if (!a.is_abstract()) return b.includes(a);
  if (!b.is_abstract()) return a.includes(b);
  const auto [known, fresh] = overlaps_[&a].try_emplace(&b, false);
  if (fresh) known->second = share_an_object(a, b);
  return known->second;
}

bool Context::share_an_object(const NamedType& a, const NamedType& b) {
  return std::any_of(a.members.begin(), a.members.end(),
                     [&](const NamedType* object) { return !object->internal && b.includes(*object); });
}

std::uint32_t Context::fragment_index(std::string_view name) const {
  const auto found = fragment_indexes_.find(name);
  return found == fragment_indexes_.end() ? kNoFragment : found->second;
}

const ast::Fragment* Context::fragment(std::string_view name) const {
  const std::uint32_t index = fragment_index(name);
  return index == kNoFragment ? nullptr : &document_.fragments[index];
}

void Context::build_graph() {
  std::vector<const std::vector<Spread>*> edges;
  edges.reserve(fragments_.size());
  for (const Definition& fragment : fragments_) edges.push_back(&fragment.spreads);
  graph_ = SpreadGraph(std::move(edges));
}

void Context::report_unknown_type(std::string_view name, ast::Location location) {
  if (full()) return;
  std::vector<std::string_view> known;
  for (const NamedType* candidate : schema_.types()) {
    if (!candidate->internal) known.emplace_back(candidate->name);
  }
  report({location}, "Unknown type '{}'.{}", name, suggest(name, known));
}

bool Context::full() const { return errors_.size() >= kMaxErrors; }

void Context::add(Locations locations, std::string message) {
  shorten(message);
  if (locations.size() > kMaxLocations) locations.resize(kMaxLocations);
  ResponseError error;
  error.message = std::move(message);
  error.locations = std::move(locations);
  error.extensions = base::Json::object({{"code", base::code::kValidation}});
  errors_.push_back(std::move(error));
}

bool Context::spend(std::size_t steps) {
  if (exhausted()) return false;
  work_ += steps;
  if (!exhausted()) return true;
  report({}, "The document is too complex: checking it takes more than {} steps.", allowance_);
  return false;
}

}  // namespace graphql::validation
