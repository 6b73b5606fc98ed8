// How fields get their values: always all parents of a level at once.
#pragma once

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "graphql/error.h"
#include "graphql/execution/budget.h"
#include "graphql/execution/object.h"
#include "graphql/execution/plan.h"

namespace graphql {

/// Values of one field for all its parents, filled in by its resolver.
class FieldOutput {
 public:
  explicit FieldOutput(std::size_t parents) : cells_(parents) {}

  void set(std::size_t parent, Cell value) { cells_[parent] = value; }
  void set_object(std::size_t parent, const Object& object) { cells_[parent] = add_object(object); }
  void set_objects(std::size_t parent, std::span<const Object> list);
  /// This parent's value alone fails.
  void fail(std::size_t parent, std::exception_ptr error);

  /// For lists built element by element: `begin_list`, `item`..., `end_list`.
  void begin_list() { list_start_.push_back(pending_.size()); }
  void item(Cell value) { pending_.push_back(value); }
  Cell end_list();
  /// The list of a root field goes on: so many elements follow, which further
  /// calls of `start` and `finish` with the same batch give, slice by slice.
  /// Only if the batch may be sliced.
  void follow(std::size_t elements) { following_ = elements; }
  Cell add_object(const Object& object);

 private:
  friend class Execution;
  std::vector<Cell> cells_;
  std::vector<Cell> items_;
  std::vector<Object> objects_;
  std::vector<Cell> pending_;
  std::vector<std::size_t> list_start_;
  std::vector<std::pair<std::size_t, std::exception_ptr>> failures_;
  std::size_t following_ = 0;
};

/// What a service keeps for one operation: who calls, the database reader.
/// Derived from by the rooms above. `flush` runs what resolvers queued in
/// their `start`, all of a level in one round trip.
class RequestContext {
 public:
  virtual ~RequestContext() = default;
  virtual void flush() {}

  /// Keeps a value alive until the part of the response it is for is written.
  /// `bytes` is what it holds beside itself, nearly.
  const std::string& keep(std::string text) {
    budget.take(sizeof(text) + text.capacity());
    return texts_.emplace_back(std::move(text));
  }
  const base::Json& keep(base::Json value, std::size_t bytes = 0) {
    budget.take(sizeof(value) + bytes);
    return values_.emplace_back(std::move(value));
  }
  template <class T>
  T& keep_alive(std::shared_ptr<T> thing, std::size_t bytes = sizeof(T)) {
    budget.take(bytes);
    T& reference = *thing;
    things_.push_back(std::move(thing));
    return reference;
  }

  /// What is kept after a mark is forgotten by `release`.
  struct Mark {
    std::size_t texts, values, things, held;
  };
  Mark mark() const { return {texts_.size(), values_.size(), things_.size(), budget.held()}; }
  void release(const Mark& mark) {
    texts_.resize(mark.texts);
    values_.resize(mark.values);
    things_.resize(mark.things);
    budget.give_back(budget.held() - mark.held);
  }

  RequestBudget budget;
  std::string origin;  ///< `http://host[:port]`, where the caller reached us; empty if nobody asked

 private:
  std::deque<std::string> texts_;
  std::deque<base::Json> values_;
  std::vector<std::shared_ptr<void>> things_;
};

/// One field of all parents of one concrete type at one place of the response.
struct Batch {
  const PlanField& plan;
  const FieldDef& field;
  const base::Json& arguments;
  std::span<const Object> parents;
  RequestContext& context;
  FieldOutput& out;
  bool may_slice = false;       ///< see FieldOutput::follow
  std::shared_ptr<void> state;  ///< from `start` to `finish`, and from slice to slice
};

class Resolver {
 public:
  virtual ~Resolver() = default;
  /// Once per document and field, after the selection below it is planned.
  virtual std::shared_ptr<const void> prepare(const PlanField&) const { return nullptr; }
  /// Queues reads. All of a level are started before any is finished.
  virtual void start(Batch&) const {}
  /// Sets every parent's value. An exception fails the field for all parents.
  virtual void finish(Batch& batch) const = 0;
  /// Null or empty for every parent, until what it is about is built.
  virtual bool is_absent() const { return false; }
  /// Whether it queues reads or reads itself.
  virtual bool reads() const { return false; }
  /// Whether it may take several goes for a root field, which then need one snapshot.
  virtual bool slices() const { return false; }
};

/// A mutation's decision, a custom query or the payload of an event: a value
/// that comes from code rather than from a parent. `done` gets JSON: for
/// fields of an entity type its id (or a list of ids), for `@value` types the
/// object, for scalars the value.
class RootAction {
 public:
  using Done = std::function<void(std::exception_ptr, base::Json)>;
  virtual ~RootAction() = default;
  /// May answer later, from any thread, exactly once.
  virtual void run(RequestContext& context, const PlanField& plan, base::Json arguments, Done done) const = 0;
};

/// The stream of one subscription field. Dropping the handle ends it.
class RootStream {
 public:
  using Emit = std::function<void(base::Json event)>;
  virtual ~RootStream() = default;
  /// Registers before it returns; `emit` may be called from any thread, also
  /// during the call. No snapshot is open: it reads for itself. Throws to refuse.
  virtual std::shared_ptr<void> subscribe(RequestContext& context, const base::Json& arguments,
                                          Emit emit) const = 0;
};

/// Which resolver a field has. Filled at start, then only read.
class ResolverMap {
 public:
  void set(const FieldDef& field, std::shared_ptr<Resolver> resolver);
  void set_action(const FieldDef& field, std::shared_ptr<RootAction> action);
  void set_stream(const FieldDef& field, std::shared_ptr<RootStream> stream);
  Resolver* find(const FieldDef& field) const;  ///< null: not built
  const RootAction* action(const FieldDef& field) const;
  const RootStream* stream(const FieldDef& field) const;

  /// Called before any resolver of a root field: may this caller ask it?
  /// Throws to refuse (`@auth`).
  std::function<void(RequestContext&, const FieldDef&)> authorize;

 private:
  std::unordered_map<const FieldDef*, std::shared_ptr<Resolver>> resolvers_;
  std::unordered_map<const FieldDef*, std::shared_ptr<RootAction>> actions_;
  std::unordered_map<const FieldDef*, std::shared_ptr<RootStream>> streams_;
};

/// Fields of `@value` objects: the member of the parent JSON object named like
/// the field in snake_case, or as its `@column` says. Concrete types of abstract ones follow `@variant`.
std::shared_ptr<Resolver> json_field_resolver(const FieldDef& field);
/// The cell of a JSON value that a field of this type has; objects are added
/// to `out`. Shared by everything that answers with JSON.
Cell json_cell(const base::Json& value, const Type& type, FieldOutput& out);
/// The concrete type of a JSON object of a declared type, by `@variant`.
/// Throws base::Error(kInternal) for a value that fits none.
const NamedType& json_object_type(const base::Json& value, const NamedType& declared);

/// Resolvers of the introspection types and of `__schema` and `__type`.
void add_introspection(const Schema& schema, ResolverMap& resolvers);

}  // namespace graphql
