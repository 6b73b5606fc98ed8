// Lists of entities: one statement for all parents of a level; with a page,
// each parent gets its own.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <unordered_map>

#include "base/error.h"
#include "entity/fields.h"
#include "entity/lookup.h"

namespace entity {
namespace {

using graphql::Batch;
using graphql::Object;

const LoadSpec& spec_of(const Batch& batch) {
  return *static_cast<const LoadSpec*>(batch.plan.prepared.get());
}

std::string and_also(const std::string& condition) { return condition.empty() ? "" : " and " + condition; }

std::string page_text(SqlText& sql, const std::optional<Page>& page) {
  if (!page) return "";
  std::string text = fmt::format(" limit {}", sql.bind(page->limit));
  if (page->offset > 0) text += fmt::format(" offset {}", sql.bind(page->offset));
  return text;
}

// Which rows of its table a type has.
std::string variant_condition(const Table& table, const Variant* variant) {
  return variant == nullptr ? ""
                            : fmt::format("t.{} = '{}'", quoted(table.discriminator->name), variant->value);
}

class ListBase : public EntityResolver {
 public:
  explicit ListBase(ListSource source) : source_(std::move(source)) {}
  bool reads() const override { return true; }
  std::shared_ptr<const void> prepare(const graphql::PlanField& plan) const override {
    return make_load_spec(*source_.table, plan);
  }

 protected:
  void check(const Batch& batch, const Call& call, std::span<const std::int64_t> parents = {}) const {
    if (source_.filter != nullptr)
      source_.filter->check(call, batch.arguments["filters"], batch.field, parents);
  }
  std::string condition(SqlText& sql, const base::Json& arguments, const Call& call) const {
    return source_.filter == nullptr ? "" : source_.filter->where(sql, "t", arguments["filters"], call);
  }
  std::string order(SqlText& sql, const base::Json& arguments, const Call& call) const {
    if (!source_.fixed_order.empty()) return fmt::format("order by {}, t.\"id\"", source_.fixed_order);
    if (source_.ordering == nullptr) return "order by t.\"id\"";
    return source_.ordering->order_by(sql, "t", arguments["ordering"], call);
  }
  std::optional<Page> page(const base::Json& arguments, const Call& call) const {
    if (source_.fixed_limit > 0) return Page{0, source_.fixed_limit};
    return page_of(arguments, call.max_page);
  }

  ListSource source_;
};

// What a root list still has to give, where it is longer than a slice.
struct Slices {
  std::vector<std::int64_t> ids;
  std::size_t next = 0;
  std::size_t ticket = 0;

  sql::Ids peek(std::size_t most) const {
    const auto slice = std::span(ids).subspan(next, std::min(most, left()));
    return {{slice.begin(), slice.end()}};
  }
  std::span<const std::int64_t> take(std::size_t most) {
    const auto slice = std::span(ids).subspan(next, std::min(most, left()));
    next += slice.size();
    return slice;
  }
  std::size_t left() const { return ids.size() - next; }
};

// Objects of the rows with these ids, in the order of the ids; what is not
// there is left out.
std::vector<Object> in_order(std::span<const std::int64_t> ids, const RowSet& set) {
  std::unordered_map<std::int64_t, std::uint32_t> at;
  for (std::uint32_t row = 0; row < set.rows.size(); ++row) at.emplace(set.rows.integer(row, 0), row);
  std::vector<Object> found;
  for (const std::int64_t id : ids) {
    if (const auto it = at.find(id); it != at.end()) found.push_back(set.object(it->second));
  }
  return found;
}

// The first slice is read as if it were all. Only if there is more, the ids of
// the rest are, in the same snapshot, and each further slice by its ids.
class RootList : public ListBase {
 public:
  using ListBase::ListBase;
  void needs(LoadSpec&) const override {}
  bool slices() const override { return true; }

  void start(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    if (batch.state == nullptr) {
      check(batch, call);
      auto slices = std::make_shared<Slices>();
      slices->ticket = call.enqueue(first(batch, call));
      batch.state = slices;
      return;
    }
    auto& slices = *static_cast<Slices*>(batch.state.get());
    slices.ticket = call.enqueue(spec_of(batch).by_ids(slices.peek(call.slice), call));
  }

  void finish(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    auto& slices = *static_cast<Slices*>(batch.state.get());
    const RowSet& set = spec_of(batch).keep(call, std::move(call.result(slices.ticket)));
    if (slices.left() > 0) {
      batch.out.set_objects(0, in_order(slices.take(call.slice), set));
      batch.out.follow(slices.left());
      return;
    }
    std::size_t count = set.rows.size();
    if (is_sliced(batch, call) && count > call.slice) {
      count = call.slice;
      slices.ids = ids_behind(batch, call);
      batch.out.follow(slices.left());
    }
    batch.out.begin_list();
    for (std::uint32_t row = 0; row < count; ++row) {
      batch.out.item(batch.out.add_object(set.object(row)));
    }
    batch.out.set(0, batch.out.end_list());
  }

 private:
  bool is_sliced(const Batch& batch, const Call& call) const {
    return batch.may_slice && !page(batch.arguments, call);
  }

  // One row more than a slice tells whether there is another.
  sql::Query first(const Batch& batch, const Call& call) const {
    SqlText sql(call.database->dialect());
    std::string text = select(sql, spec_of(batch).select_list(sql, "t", call), batch, call);
    if (is_sliced(batch, call)) {
      text += page_text(sql, Page{0, static_cast<std::int64_t>(call.slice) + 1});
    } else {
      text += page_text(sql, page(batch.arguments, call));
    }
    return {std::move(text), std::move(sql.parameters)};
  }

  std::vector<std::int64_t> ids_behind(const Batch& batch, const Call& call) const {
    SqlText sql(call.database->dialect());
    std::string text = select(sql, "t.\"id\"", batch, call);
    text +=
        page_text(sql, Page{static_cast<std::int64_t>(call.slice), std::numeric_limits<std::int64_t>::max()});
    const sql::Rows rows = call.reader->query(text, std::move(sql.parameters));
    std::vector<std::int64_t> ids(rows.size());
    for (std::size_t row = 0; row < ids.size(); ++row) ids[row] = rows.integer(row, 0);
    return ids;
  }

  std::string select(SqlText& sql, const std::string& columns, const Batch& batch, const Call& call) const {
    const std::string scope = scope_condition(*source_.table, sql, "t", call);
    std::string text = fmt::format("select {} from {} t where {}", columns, quoted(source_.table->name),
                                   scope.empty() ? "1 = 1" : scope);
    text += and_also(variant_condition(*source_.table, source_.variant));
    if (source_.narrowed != nullptr) text += and_also((*source_.narrowed)(sql, "t", call));
    text += and_also(condition(sql, batch.arguments, call));
    return text + " " + order(sql, batch.arguments, call);
  }
};

// The first result column is the parent's id.
class NestedList : public ListBase {
 public:
  using ListBase::ListBase;
  void needs(LoadSpec& parent) const override { add_need(parent, 0); }

  void start(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    auto tickets = std::make_shared<std::vector<std::size_t>>();
    const std::optional<Page> wanted = page(batch.arguments, call);
    check(batch, call, parent_ids(batch).values);
    if (!wanted) {
      tickets->push_back(call.enqueue(all_parents(batch, call)));
    } else if (call.database->dialect() == sql::Dialect::kPostgres) {
      tickets->push_back(call.enqueue(lateral(batch, call, *wanted)));
    } else {
      for (const std::int64_t parent : parent_ids(batch).values) {
        tickets->push_back(call.enqueue(one_parent(batch, call, parent, *wanted)));
      }
    }
    batch.state = tickets;
  }

  void finish(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    std::unordered_map<std::int64_t, std::vector<Object>> children;
    for (const std::size_t ticket : *static_cast<std::vector<std::size_t>*>(batch.state.get())) {
      const RowSet& set = spec_of(batch).keep(call, std::move(call.result(ticket)), 1);
      for (std::uint32_t row = 0; row < set.rows.size(); ++row) {
        children[set.rows.integer(row, 0)].push_back(set.object(row));
      }
    }
    // The same children may stand under many parents: counted before they are set.
    std::size_t objects = 0;
    for (const Object& parent : batch.parents) {
      const auto found = children.find(Row(parent).id());
      if (found != children.end()) objects += found->second.size();
    }
    call.budget.check(objects * (sizeof(graphql::Cell) + sizeof(Object)));
    for (std::size_t i = 0; i < batch.parents.size(); ++i) {
      const auto found = children.find(Row(batch.parents[i]).id());
      if (batch.field.type->is_list()) {
        batch.out.set_objects(i, found == children.end() ? std::span<const Object>() : found->second);
      } else if (found != children.end()) {
        batch.out.set_object(i, found->second.front());
      }
    }
  }

 private:
  // The same row may be the parent in several places; its list is read once.
  static sql::Ids parent_ids(const Batch& batch) {
    sql::Ids ids;
    for (const Object& parent : batch.parents) ids.values.push_back(Row(parent).id());
    std::sort(ids.values.begin(), ids.values.end());
    ids.values.erase(std::unique(ids.values.begin(), ids.values.end()), ids.values.end());
    return ids;
  }

  // What restricts the list beside its parent. Rows of a parent the caller may see are seen, unless their
  // type says who sees them.
  std::string restriction(SqlText& sql, const Batch& batch, const Call& call) const {
    std::string text = and_also(source_.where) + and_also(variant_condition(*source_.table, source_.variant));
    if (source_.table->visible) text += and_also(source_.table->visible(sql, "t", call));
    return text + and_also(condition(sql, batch.arguments, call));
  }

  // `from ... where <parent> = ` with the parent's column named.
  std::string parent_column() const {
    if (source_.join == nullptr) return "t." + quoted(source_.by->name);
    return "j." + quoted(source_.join_forward ? source_.join->from_column : source_.join->to_column);
  }
  std::string from() const {
    if (source_.join == nullptr) return quoted(source_.table->name) + " t";
    return fmt::format("{} j join {} t on t.\"id\" = j.{}", quoted(source_.join->name),
                       quoted(source_.table->name),
                       quoted(source_.join_forward ? source_.join->to_column : source_.join->from_column));
  }

  sql::Query all_parents(Batch& batch, Call& call) const {
    SqlText sql(call.database->dialect());
    sql::Ids ids = parent_ids(batch);
    const std::string columns = spec_of(batch).select_list(sql, "t", call);
    std::string text = fmt::format("select {}, {} from {} where {}", parent_column(), columns, from(),
                                   sql.is_among(parent_column(), std::move(ids)));
    text += restriction(sql, batch, call) + " " + order(sql, batch.arguments, call);
    return {std::move(text), std::move(sql.parameters)};
  }

  sql::Query one_parent(Batch& batch, Call& call, std::int64_t parent, const Page& wanted) const {
    SqlText sql(call.database->dialect());
    const std::string columns = spec_of(batch).select_list(sql, "t", call);
    std::string text = fmt::format("select {}, {} from {} where {} = {}", parent_column(), columns, from(),
                                   parent_column(), sql.bind(parent));
    text += restriction(sql, batch, call) + " " + order(sql, batch.arguments, call);
    text += page_text(sql, wanted);
    return {std::move(text), std::move(sql.parameters)};
  }

  sql::Query lateral(Batch& batch, Call& call, const Page& wanted) const {
    SqlText sql(call.database->dialect());
    sql::Ids ids = parent_ids(batch);
    const std::string parents = sql.bind(std::move(ids));
    const std::string columns = spec_of(batch).select_list(sql, "t", call);
    std::string inner = fmt::format("select {} as parent_id, {} from {} where {} = parents.id",
                                    parent_column(), columns, from(), parent_column());
    inner += restriction(sql, batch, call) + " " + order(sql, batch.arguments, call);
    inner += page_text(sql, wanted);
    return {
        fmt::format("select page.* from unnest({}::bigint[]) as parents(id) cross join lateral ({}) as page",
                    parents, inner),
        std::move(sql.parameters)};
  }
};

// Rows by the ids the value of a root field gives.
class RootLoaded : public EntityResolver {
 public:
  RootLoaded(const Table& table, const graphql::NamedType& type, bool by_argument)
      : table_(table), variant_(table.variant(type)), by_argument_(by_argument) {}
  void needs(LoadSpec&) const override {}
  bool reads() const override { return true; }
  std::shared_ptr<const void> prepare(const graphql::PlanField& plan) const override {
    return make_load_spec(table_, plan);
  }

  bool slices() const override { return true; }

  void start(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    if (batch.state == nullptr) {
      auto slices = std::make_shared<Slices>();
      slices->ids = wanted(batch);
      batch.state = slices;
    }
    auto& slices = *static_cast<Slices*>(batch.state.get());
    SqlText sql(call.database->dialect());
    const std::string columns = spec_of(batch).select_list(sql, "t", call);
    std::string text = fmt::format("select {} from {} t where {}", columns, quoted(table_.name),
                                   sql.is_among("t.\"id\"", slices.peek(at_once(batch, call))));
    // The ids lead: behind a `+` SQLite does not take the organization's index
    // instead, which it would search from end to end.
    const std::string scope = scope_condition(table_, sql, "t", call);
    text += and_also(table_.scope == Table::Scope::kOwn && !table_.visible ? "+" + scope : scope);
    text += and_also(variant_condition(table_, variant_));
    slices.ticket = call.enqueue({std::move(text), std::move(sql.parameters)});
  }

  void finish(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    auto& slices = *static_cast<Slices*>(batch.state.get());
    const RowSet& set = spec_of(batch).keep(call, std::move(call.result(slices.ticket)));
    const std::vector<Object> found = in_order(slices.take(at_once(batch, call)), set);
    if (batch.field.type->is_list()) {
      batch.out.set_objects(0, found);
      batch.out.follow(slices.left());
    } else if (!found.empty()) {
      batch.out.set_object(0, found.front());
    } else if (batch.field.type->is_non_null()) {
      throw base::Error(base::code::kNotFound, "No {} with that id.", table_.type->name);
    }
  }

 private:
  static std::size_t at_once(const Batch& batch, const Call& call) {
    return batch.may_slice ? call.slice : std::numeric_limits<std::size_t>::max();
  }
  std::vector<std::int64_t> wanted(const Batch& batch) const {
    const base::Json& value = by_argument_ ? batch.arguments["id"] : batch.parents[0].json();
    std::vector<std::int64_t> ids;
    const auto add = [&](const base::Json& item) {
      const auto id = item.is_string() ? row_id(item.as_string()) : item.as_int64();
      if (id) ids.push_back(*id);
    };
    if (value.is_array()) {
      for (const base::Json& item : value.items()) add(item);
    } else {
      add(value);
    }
    return ids;
  }

  const Table& table_;
  const Variant* variant_;
  bool by_argument_;
};

// `thing(id: ...)` where clients know rows by another column than `id`.
class RootByPublicId : public EntityResolver {
 public:
  explicit RootByPublicId(const Table& table) : table_(table) {}
  void needs(LoadSpec&) const override {}
  bool reads() const override { return true; }
  std::shared_ptr<const void> prepare(const graphql::PlanField& plan) const override {
    return make_load_spec(table_, plan);
  }

  void start(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    SqlText sql(call.database->dialect());
    const std::string columns = spec_of(batch).select_list(sql, "t", call);
    std::string text =
        fmt::format("select {} from {} t where t.{} = {}", columns, quoted(table_.name),
                    quoted(table_.public_id->name), sql.bind(batch.arguments["id"].as_string()));
    text += and_also(scope_condition(table_, sql, "t", call));
    batch.state = std::make_shared<std::size_t>(call.enqueue({std::move(text), std::move(sql.parameters)}));
  }

  void finish(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    const std::size_t ticket = *static_cast<std::size_t*>(batch.state.get());
    const RowSet& set = spec_of(batch).keep(call, std::move(call.result(ticket)));
    if (!set.rows.empty()) {
      batch.out.set_object(0, set.object(0));
    } else if (batch.field.type->is_non_null()) {
      throw base::Error(base::code::kNotFound, "No {} with that id.", table_.type->name);
    }
  }

 private:
  const Table& table_;
};

}  // namespace

std::shared_ptr<EntityResolver> list_field(ListSource source) {
  return std::make_shared<NestedList>(std::move(source));
}
std::shared_ptr<EntityResolver> root_list(ListSource source) {
  return std::make_shared<RootList>(std::move(source));
}
std::shared_ptr<EntityResolver> root_get(const Table& table, const graphql::NamedType& type) {
  if (table.public_id != nullptr) return std::make_shared<RootByPublicId>(table);
  return std::make_shared<RootLoaded>(table, type, true);
}
std::shared_ptr<EntityResolver> root_loaded(const Table& table, const graphql::NamedType& type) {
  return std::make_shared<RootLoaded>(table, type, false);
}

}  // namespace entity
