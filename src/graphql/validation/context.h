// What the validation rules share: lookups as a client sees the schema, what
// the walk has found so far, the errors, and the allowance of work.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graphql/validation/spread_graph.h"
#include "graphql/validation/validation.h"

namespace graphql::validation {

/// A variable where it is used, with what the position expects.
struct VariableUse {
  const ast::Value* node = nullptr;
  const Type* expected = nullptr;  ///< null: anything may stand here (inside JSON, or in an unknown argument)
  bool has_default = false;        ///< the position's own default stands in for null
  const NamedType* one_of = nullptr;  ///< the @oneOf input whose field this is, if any
};

/// An operation or a fragment, and what the walk found inside it.
struct Definition {
  const ast::Operation* operation = nullptr;  ///< exactly one of the two is set
  const ast::Fragment* fragment = nullptr;
  std::vector<const Type*> variable_types;  ///< as `operation->variables`; null if unknown or not an input
  std::vector<VariableUse> uses;
  std::vector<Spread> spreads;  ///< of known fragments
};

/// One validation of one document. Not thread-safe; the schema and document
/// must outlive it.
class Context {
 public:
  using Locations = std::vector<ast::Location>;

  Context(const Schema& schema, const ast::Document& document, const ValidationLimits& limits);

  const Schema& schema() const { return schema_; }
  const ast::Document& document() const { return document_; }
  const ValidationLimits& limits() const { return limits_; }

  /// Null if the schema has none or clients may not see it.
  const NamedType* type(std::string_view name) const;
  const FieldDef* field(const NamedType& parent, std::string_view name);
  /// A variable's type; null if it does not exist or is no input type.
  const Type* input_type(const ast::TypeReference& reference) const;
  /// Could an object be of both types? Both are composite.
  bool overlap(const NamedType& a, const NamedType& b);

  /// Index into `document().fragments`, or kNoFragment.
  std::uint32_t fragment_index(std::string_view name) const;
  const ast::Fragment* fragment(std::string_view name) const;

  /// Operations in document order.
  std::vector<Definition>& operations() { return operations_; }
  /// In the order of `document().fragments`.
  std::vector<Definition>& fragments() { return fragments_; }
  /// The definition being walked.
  void enter(Definition& definition) { current_ = &definition; }
  Definition& current() { return *current_; }
  /// Which fragment spreads which; complete once the walk is over.
  const SpreadGraph& graph() const { return graph_; }
  void build_graph();

  template <class... Args>
  void report(Locations locations, fmt::format_string<Args...> format, Args&&... args) {
    if (!full()) add(std::move(locations), fmt::format(format, std::forward<Args>(args)...));
  }
  /// `Unknown type 'Dgo'.` with what was probably meant.
  void report_unknown_type(std::string_view name, ast::Location location);
  /// No more errors are taken; the rest of the work can be skipped.
  bool full() const;
  std::vector<ResponseError> take_errors() { return std::move(errors_); }

  /// Pays for `steps` of work that may exceed linear time. False once the
  /// allowance is used up, which is reported as an error the first time.
  bool spend(std::size_t steps);
  bool exhausted() const { return work_ > allowance_; }
  /// Steps paid for so far.
  std::size_t work() const { return work_; }

 private:
  struct MetaFields;

  void add(Locations locations, std::string message);
  const FieldDef* meta_field(const NamedType& parent, std::string_view name);
  bool share_an_object(const NamedType& a, const NamedType& b);

  const Schema& schema_;
  const ast::Document& document_;
  ValidationLimits limits_;
  std::unordered_map<std::string_view, std::uint32_t> fragment_indexes_;
  std::vector<Definition> operations_;
  std::vector<Definition> fragments_;
  Definition* current_ = nullptr;
  SpreadGraph graph_;
  std::shared_ptr<MetaFields> meta_fields_;
  std::unordered_map<const NamedType*, std::unordered_map<const NamedType*, bool>> overlaps_;
  std::vector<ResponseError> errors_;
  std::size_t work_ = 0;
  std::size_t allowance_;
};

/// Calls `on_duplicate(first, again)` for every element whose name an earlier
/// one has, in linear time.
template <class Range, class NameOf, class OnDuplicate>
void for_each_duplicate(const Range& range, NameOf name_of, OnDuplicate on_duplicate) {
  constexpr std::size_t kFewEnoughToCompare = 8;
  if (range.size() <= kFewEnoughToCompare) {
    for (auto again = range.begin(); again != range.end(); ++again) {
      for (auto first = range.begin(); first != again; ++first) {
        if (name_of(*first) == name_of(*again)) {
          on_duplicate(*first, *again);
          break;
        }
      }
    }
    return;
  }
  std::unordered_map<std::string_view, decltype(&*range.begin())> seen;
  for (const auto& element : range) {
    const auto [known, fresh] = seen.emplace(name_of(element), &element);
    if (!fresh) on_duplicate(*known->second, element);
  }
}

}  // namespace graphql::validation
