// What a service writes itself, by the names its schema gives: predicates of
// filters, orderings, SQL expressions, computed fields, custom root fields,
// mutations and subscriptions. A name the schema does not have, and a filter
// or ordering field that is neither derivable nor here, stop the service from
// starting.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "entity/call.h"
#include "graphql/execution/resolver.h"

namespace entity {

/// A condition over the row `alias`; empty text means no restriction.
using Predicate = std::function<std::string(SqlText& sql, const std::string& alias, const base::Json& value,
                                            const Call& call)>;
/// A value of the row `alias`, for `@sql` fields and orderings.
using Expression = std::function<std::string(SqlText& sql, const std::string& alias, const Call& call)>;

/// A field of all rows of a level at once. Runs after the level's rows are
/// there; may read through `call.reader` (once, for all rows).
using Computed = std::function<void(Call& call, std::span<const Row> rows, const base::Json& arguments,
                                    graphql::FieldOutput& out)>;

/// The same for a field whose values are entities: their ids, per row.
using ComputedIds = std::function<std::vector<std::vector<std::int64_t>>(
    Call& call, std::span<const Row> rows, const base::Json& arguments)>;

/// The value of a root field; see graphql::RootAction for what it may be.
using Answer = std::function<base::Json(Call& call, const base::Json& arguments)>;
using AsyncAnswer =
    std::function<void(Call& call, const base::Json& arguments, graphql::RootAction::Done done)>;
using Subscribe = std::function<std::shared_ptr<void>(Call& call, const base::Json& arguments,
                                                      graphql::RootStream::Emit emit)>;

struct Registry {
  std::map<std::string, Predicate, std::less<>> predicates;      ///< `ActionFilter.assignable`
  std::map<std::string, Expression, std::less<>> orderings;      ///< `ActionOrder.usedAt`
  std::map<std::string, Expression, std::less<>> expressions;    ///< `Action.liveImplementations`
  std::map<std::string, Computed, std::less<>> computed;         ///< `Task.arg`
  std::map<std::string, ComputedIds, std::less<>> computed_ids;  ///< `Implementation.tests`
  std::map<std::string, Answer, std::less<>> answers;            ///< `Query.action`
  std::map<std::string, AsyncAnswer, std::less<>> actions;       ///< `Mutation.assign`
  std::map<std::string, Subscribe, std::less<>> streams;         ///< `Subscription.mytasks`
};

}  // namespace entity
