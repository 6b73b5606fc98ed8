// What a service writes itself, for names of its schema: predicates of
// filters, orderings, SQL expressions, computed fields, custom root fields,
// mutations and subscriptions.
//
//   registry.on(ActionFilter::kAssignable, assignable);
//   registry.on(mutation::kCancel, [this](Call& call, CancelInput in, Done<std::int64_t> done) { ... });
//
// The names come from the schema at build time and know the types of their
// inputs. What is neither derivable nor here stops the service from starting.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/json.h"
#include "entity/call.h"
#include "entity/input.h"
#include "entity/names.h"
#include "graphql/execution/resolver.h"

namespace entity {

/// A condition over the row `alias`; empty text means no restriction.
using Predicate = std::function<std::string(SqlText& sql, const std::string& alias, const base::Json& value,
                                            const Call& call)>;
/// See Registry::together.
struct Together {
  std::vector<std::string> fields;
  Predicate condition;
};
/// What a filter must hold as a whole, where its terms cannot tell alone: throws what to do about it. `field`
/// is the list's, `Type.field`; `parents` the rows that lists below rows belong to.
using FilterCheck = std::function<void(const Call& call, const base::Json& filter, std::string_view field,
                                       std::span<const std::int64_t> parents)>;
/// A value of the row `alias`, for `@sql` fields and orderings.
using Expression = std::function<std::string(SqlText& sql, const std::string& alias, const Call& call)>;

/// A field of all rows of a level at once. Runs after the level's rows are
/// there; may read through `call.reader` (once, for all rows).
using Computed = std::function<void(Call& call, std::span<const Row> rows, const base::Json& arguments,
                                    graphql::FieldOutput& out)>;

/// The same for a field of `@value` type: its JSON, per row.
using ComputedValues = std::function<std::vector<base::Json>(Call& call, std::span<const Row> rows,
                                                             const base::Json& arguments)>;

/// The same for a field whose values are entities: their ids, per row.
using RowLists = std::vector<std::vector<std::int64_t>>;
using ComputedIds =
    std::function<RowLists(Call& call, std::span<const Row> rows, const base::Json& arguments)>;

/// A row of any table, by the name of its GraphQL type.
struct Ref {
  std::string type;
  std::int64_t id = 0;
};
/// The same for a field of an abstract type whose objects are rows of several tables.
using RefLists = std::vector<std::vector<Ref>>;
using ComputedRefs =
    std::function<RefLists(Call& call, std::span<const Row> rows, const base::Json& arguments)>;

/// The value of a root field; see graphql::RootAction for what it may be.
using Answer = std::function<base::Json(Call& call, base::Json arguments)>;
using AsyncAnswer = std::function<void(Call& call, base::Json arguments, graphql::RootAction::Done done)>;
using Emit = graphql::RootStream::Emit;
using Subscribe = std::function<std::shared_ptr<void>(Call& call, const base::Json& arguments, Emit emit)>;

/// How an answer is given later, exactly once; with an error the value does not count.
template <class Out>
using Done = std::function<void(std::exception_ptr error, Out value)>;

class Registry {
 public:
  /// `(SqlText&, const std::string& alias, const Value&, const Call&) -> std::string`
  template <class Value, class Code>
  void on(FilterName<Value> field, Code code) {
    predicates[std::string(field.name)] = [code = std::move(code)](SqlText& sql, const std::string& alias,
                                                                   const base::Json& value,
                                                                   const Call& call) {
      return std::string(code(sql, alias, decode<Value>(value), call));
    };
  }
  void on(OrderName field, Expression code) { orderings[std::string(field.name)] = std::move(code); }
  void on(SqlName field, Expression code) { expressions[std::string(field.name)] = std::move(code); }

  /// `(Call&, std::span<const Row>, const In&, graphql::FieldOutput&)`; here and below without
  /// `In` if there are no arguments. A field of `@value` type:
  /// `(Call&, std::span<const Row>, const In&) -> std::vector<base::Json>`.
  template <class In, class Code>
  void on(ComputedName<In> field, Code code) {
    using Rows = std::span<const Row>;
    std::string name(field.name);
    if constexpr (std::is_invocable_v<const Code&, Call&, Rows>) {
      computed_values[std::move(name)] = [code = std::move(code)](Call& call, Rows rows, const base::Json&) {
        return std::vector<base::Json>(code(call, rows));
      };
    } else if constexpr (std::is_invocable_v<const Code&, Call&, Rows, const In&>) {
      computed_values[std::move(name)] = [code = std::move(code)](Call& call, Rows rows,
                                                                  const base::Json& arguments) {
        return std::vector<base::Json>(code(call, rows, decode<In>(arguments)));
      };
    } else {
      computed[std::move(name)] = [code = std::move(code)](Call& call, Rows rows, const base::Json& arguments,
                                                           graphql::FieldOutput& out) {
        if constexpr (std::is_same_v<In, NoArguments>) {
          code(call, rows, out);
        } else {
          code(call, rows, decode<In>(arguments), out);
        }
      };
    }
  }

  /// `(Call&, std::span<const Row>, const In&) -> RowLists`
  template <class In, class Code>
  void on(RowsName<In> field, Code code) {
    computed_ids[std::string(field.name)] = [code = std::move(code)](
                                                Call& call, std::span<const Row> rows,
                                                const base::Json& arguments) -> RowLists {
      if constexpr (std::is_same_v<In, NoArguments>) {
        return code(call, rows);
      } else {
        return code(call, rows, decode<In>(arguments));
      }
    };
  }

  /// `(Call&, std::span<const Row>, const In&) -> RefLists`
  template <class In, class Code>
  void on(RefsName<In> field, Code code) {
    computed_refs[std::string(field.name)] = [code = std::move(code)](
                                                 Call& call, std::span<const Row> rows,
                                                 const base::Json& arguments) -> RefLists {
      if constexpr (std::is_same_v<In, NoArguments>) {
        return code(call, rows);
      } else {
        return code(call, rows, decode<In>(arguments));
      }
    };
  }

  /// `(Call&, const In&) -> Out`, or later: `(Call&, In, Done<Out>)`
  template <class In, class Out, class Code>
  void on(RootName<In, Out> field, Code code) {
    std::string name(field.name);
    if constexpr (std::is_same_v<In, NoArguments>) {
      answers[std::move(name)] = [code = std::move(code)](Call& call, base::Json) {
        return json_of<Out>(code(call));
      };
    } else if constexpr (std::is_invocable_v<const Code&, Call&, In, Done<Out>>) {
      actions[std::move(name)] = [code = std::move(code), is_input = field.is_input](
                                     Call& call, base::Json arguments, graphql::RootAction::Done done) {
        code(call, input<In>(is_input, std::move(arguments)),
             Done<Out>([done = std::move(done)](std::exception_ptr error, Out value) {
               done(std::move(error), json_of<Out>(std::move(value)));
             }));
      };
    } else {
      answers[std::move(name)] = [code = std::move(code), is_input = field.is_input](Call& call,
                                                                                     base::Json arguments) {
        return json_of<Out>(code(call, input<In>(is_input, std::move(arguments))));
      };
    }
  }

  /// `(Call&, const In&, Emit) -> std::shared_ptr<void>`
  template <class In, class Code>
  void on(StreamName<In> field, Code code) {
    Subscribe& stream = streams[std::string(field.name)];
    if constexpr (std::is_same_v<In, NoArguments>) {
      stream = [code = std::move(code)](Call& call, const base::Json&, Emit emit) -> std::shared_ptr<void> {
        return code(call, std::move(emit));
      };
    } else {
      stream = [code = std::move(code), is_input = field.is_input](Call& call, const base::Json& arguments,
                                                                   Emit emit) -> std::shared_ptr<void> {
        return code(call, input<In>(is_input, arguments), std::move(emit));
      };
    }
  }

  /// By root field, a list that is derived: which rows it is about, beside what the caller filters by.
  /// `Query.myfolders`.
  std::map<std::string, Expression, std::less<>> narrowed;

  /// By entity type: which rows the caller may see, instead of those of the caller's organization. Holds for
  /// root lists, rows by id and what root fields answer with, and for lists below other rows.
  std::map<std::string, Expression, std::less<>> visible;

  /// By filter type, asked once a list before the filter becomes SQL. It may read through `call.reader`.
  std::map<std::string, FilterCheck, std::less<>> checks;

  /// By filter type: fields of it that are one condition on a row, because what each asks for must be true of
  /// the same thing (a file, and a series of that file). The predicate is given the whole filter and none of
  /// its fields need be there; an empty text restricts nothing. Instead of predicates of their own.
  std::map<std::string, Together, std::less<>> together;

  // By `Type.field`, as `bind` looks them up.
  std::map<std::string, Predicate, std::less<>> predicates;
  std::map<std::string, Expression, std::less<>> orderings;
  std::map<std::string, Expression, std::less<>> expressions;
  std::map<std::string, Computed, std::less<>> computed;
  std::map<std::string, ComputedValues, std::less<>> computed_values;
  std::map<std::string, ComputedIds, std::less<>> computed_ids;
  std::map<std::string, ComputedRefs, std::less<>> computed_refs;
  std::map<std::string, Answer, std::less<>> answers;
  std::map<std::string, AsyncAnswer, std::less<>> actions;
  std::map<std::string, Subscribe, std::less<>> streams;

 private:
  template <class In>
  static In input(bool is_input, base::Json arguments) {
    return decode<In>(is_input ? std::move(*arguments.find("input")) : std::move(arguments));
  }

  template <class Out>
  static base::Json json_of(Out value) {
    if constexpr (std::is_same_v<Out, std::optional<std::int64_t>>) {
      return value ? base::Json(*value) : base::Json();
    } else if constexpr (std::is_same_v<Out, std::vector<std::int64_t>>) {
      return base::Json(base::Json::Array(value.begin(), value.end()));
    } else {
      return value;
    }
  }
};

}  // namespace entity
