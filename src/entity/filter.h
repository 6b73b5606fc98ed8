// Filters, orderings and pages of lists (docs/schema.md, and section 7 of the
// shared GraphQL conventions): what can be derived from the schema is.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "entity/call.h"
#include "entity/registry.h"

namespace entity {

/// How the fields of one filter input restrict rows of one table. Immutable.
class Filter {
 public:
  /// Empty if nothing restricts.
  std::string where(SqlText& sql, const std::string& alias, const base::Json& value, const Call& call) const;
  /// Registry::checks, if there is one and something is filtered by.
  void check(const Call& call, const base::Json& value, const graphql::FieldDef& field,
             std::span<const std::int64_t> parents = {}) const;

 private:
  friend class FilterFactory;
  enum class Kind { kIds, kAnd, kOr, kNot, kDistinct, kEquals, kLookup, kRelation, kPredicate };
  struct Term {
    std::string name;
    Kind kind = Kind::kEquals;
    const Column* column = nullptr;
    const Filter* nested = nullptr;
    const Predicate* predicate = nullptr;
  };
  std::string term(const Term& term, SqlText& sql, const std::string& alias, const base::Json& value,
                   const Call& call) const;

  std::vector<Term> terms_;
  const FilterCheck* check_ = nullptr;
  const Together* together_ = nullptr;
};

/// `ordering: [{definedAt: DESC}]` of one table. Immutable.
class Ordering {
 public:
  /// `order by ...`, always ending with the id so that pages are stable.
  std::string order_by(SqlText& sql, const std::string& alias, const base::Json& value,
                       const Call& call) const;

 private:
  friend class FilterFactory;
  struct Term {
    std::string name;
    const Column* column = nullptr;
    const Expression* expression = nullptr;
  };
  std::vector<Term> terms_;
};

/// Makes each filter once; reports what is neither derivable nor registered.
class FilterFactory {
 public:
  explicit FilterFactory(const Registry& registry) : registry_(registry) {}

  const Filter* filter(const graphql::NamedType& input, const Table& table);
  const Ordering* ordering(const graphql::NamedType& input, const Table& table);
  /// One line each, empty if all is well.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  Filter::Term filter_term(const graphql::NamedType& input, const graphql::InputValue& field,
                           const Table& table, const Filter& self);

  const Registry& registry_;
  std::map<std::pair<const graphql::NamedType*, const Table*>, Filter> filters_;
  std::map<std::pair<const graphql::NamedType*, const Table*>, Ordering> orderings_;
  std::vector<std::string> problems_;
};

/// `pagination: {offset, limit}`; nullopt where the argument is absent: all rows.
struct Page {
  std::int64_t offset = 0;
  std::int64_t limit = 0;
};
std::optional<Page> page_of(const base::Json& arguments, std::size_t max_page);
Page page_of(std::int64_t offset, std::optional<std::int64_t> limit, std::size_t max_page);

/// The condition that a row belongs to the caller's organization; empty for
/// tables all share.
std::string scope_condition(const Table& table, SqlText& sql, const std::string& alias, const Call& call);

}  // namespace entity
