// A small library of books, as schema, tables and calls: what the tests of
// this room run on.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "entity/bind.h"
#include "entity/call.h"
#include "entity/migrate.h"
#include "graphql/execution/executor.h"
#include "graphql/transport/plan_cache.h"
#include "sql/testing/databases.h"

namespace entity_testing {

inline constexpr std::string_view kTypes = R"(
  enum Kind { OAK STEEL }
  enum Ordering { ASC ASC_NULLS_FIRST ASC_NULLS_LAST DESC DESC_NULLS_FIRST DESC_NULLS_LAST }
  scalar DateTime
  type Organization @entity(scope: GLOBAL) { id: ID!  slug: String! }
  type Shelf @entity @unique(fields: "organization name") @index(fields: "room") {
    id: ID!
    name: String!
    room: String
    capacity: Int
    weight: Float
    opened: DateTime
    locked: Boolean! @default(sql: "0")
    kind: Kind! @default(sql: "'OAK'")
    labels: [String!]! @default(sql: "'[]'")
    box: Box @json
    boxes: [Box!] @json
    shapes: [Shape!] @json
    books(filters: BookFilter, ordering: [BookOrder!]! = [], pagination: OffsetPaginationInput): [Book!]!
      @many(by: "shelf")
    newest: Book @many(by: "shelf", order: "-title", limit: 1)
    bookCount: Int! @sql
    firstBook: Book @sql
    shout(mark: String! = "!"): String! @computed(needs: "name")
    favorites: [Book!]! @computed(needs: "id")
    loans: [Book!]! @absent(until: "loans")
    secret: String @internal
    lender: Lender
  }
  type Book @entity(scope: VIA, path: "shelf") {
    id: ID!
    title: String!
    shelf: Shelf! @ref
    previous: Book @ref(on_delete: SET_NULL)
    authors(filters: AuthorFilter, ordering: [AuthorOrder!]! = [], pagination: OffsetPaginationInput): [Author!]!
      @through(table: "book_author", from: "book", to: "author")
  }
  type Author @entity {
    id: ID!
    name: String!
    books(pagination: OffsetPaginationInput): [Book!]! @through(table: "book_author", from: "author", to: "book")
  }
  type Lender { name: String! }
  type Box @value { boxWidth: Int!  tall: Int @column(name: "height")  parts: [Box!] }
  interface Shape @variant(by: "form") { form: String! }
  type Circle implements Shape @value @variant(value: "ROUND") { form: String!  radius: Float! }
  type Square implements Shape @value @variant(value: "FLAT") { form: String!  side: Float! }
  input StrFilterLookup {
    exact: String  iExact: String  contains: String  iContains: String  startsWith: String  iStartsWith: String
    endsWith: String  iEndsWith: String  inList: [String!]  gt: String  gte: String  lt: String  lte: String
    range: [String!]  isNull: Boolean  regex: String  iRegex: String
  }
  input IDFilterLookup { exact: ID  inList: [ID!]  isNull: Boolean }
  input FloatFilterLookup { exact: Float  inList: [Float!]  gt: Float }
  input DateTimeFilterLookup { exact: DateTime  inList: [DateTime!]  gt: DateTime }
  input IntFilterLookup { exact: Int  inList: [Int!]  gt: Int  lte: Int  range: [Int!]  isNull: Boolean }
  input OffsetPaginationInput { offset: Int! = 0  limit: Int }
  input ShelfFilter {
    ids: [ID!]  id: IDFilterLookup  name: StrFilterLookup  room: StrFilterLookup  capacity: IntFilterLookup
    weight: FloatFilterLookup  opened: DateTimeFilterLookup  kind: Kind  locked: Boolean  heavy: Boolean
    AND: ShelfFilter  OR: ShelfFilter  NOT: ShelfFilter  DISTINCT: Boolean
  }
  input ShelfOrder @oneOf { id: Ordering  name: Ordering  room: Ordering  capacity: Ordering  size: Ordering }
  input BookFilter { ids: [ID!]  title: StrFilterLookup  shelf: ShelfFilter  previous: ID }
  input BookOrder @oneOf { title: Ordering }
  input AuthorFilter { name: StrFilterLookup }
  input AuthorOrder @oneOf { name: Ordering }
)";

inline constexpr std::string_view kRoots = R"(
  type Query {
    shelves(filters: ShelfFilter, ordering: [ShelfOrder!]! = [], pagination: OffsetPaginationInput): [Shelf!]!
    shelf(id: ID!): Shelf!
    books(filters: BookFilter, ordering: [BookOrder!]! = [], pagination: OffsetPaginationInput): [Book!]!
    authors: [Author!]!
    fullest: Shelf
    chosen(ids: [ID!]!): [Shelf!]!
    weather: String!
  }
)";

/// What the library does in code.
inline entity::Registry registry() {
  using entity::Call;
  using entity::Row;
  using entity::SqlText;
  entity::Registry registry;
  registry.predicates["ShelfFilter.heavy"] = [](SqlText&, const std::string& alias, const base::Json& value,
                                                const Call&) {
    return value.as_bool() ? alias + ".\"weight\" > 100" : std::string();
  };
  registry.orderings["ShelfOrder.size"] = [](SqlText&, const std::string& alias, const Call&) {
    return "length(" + alias + ".\"name\")";
  };
  registry.expressions["Shelf.bookCount"] = [](SqlText&, const std::string& alias, const Call&) {
    return "(select count(*) from book b where b.shelf_id = " + alias + ".id)";
  };
  registry.expressions["Shelf.firstBook"] = [](SqlText&, const std::string& alias, const Call&) {
    return "(select min(b.id) from book b where b.shelf_id = " + alias + ".id)";
  };
  registry.computed["Shelf.shout"] = [](Call& call, std::span<const Row> rows, const base::Json& arguments,
                                        graphql::FieldOutput& out) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::string& text = call.keep(std::string(rows[i].text("name")) + arguments["mark"].as_string());
      out.set(i, graphql::Cell::string(text));
    }
  };
  registry.computed_ids["Shelf.favorites"] = [](Call& call, std::span<const Row> rows, const base::Json&) {
    sql::Ids ids;
    for (const Row& row : rows) ids.values.push_back(row.id());
    const sql::Rows found =
        call.reader->query("select shelf_id, id from book where shelf_id in_ids($1) order by id desc", {ids});
    std::vector<std::vector<std::int64_t>> lists(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t at = 0; at < found.size(); ++at) {
        if (found.integer(at, 0) == rows[i].id()) lists[i].push_back(found.integer(at, 1));
      }
    }
    return lists;
  };
  registry.answers["Query.fullest"] = [](Call& call, const base::Json&) {
    const sql::Rows rows = call.reader->query(
        "select shelf_id from book group by shelf_id order by count(*) desc, shelf_id limit 1");
    return rows.empty() ? base::Json() : base::Json(rows.integer(0, 0));
  };
  registry.answers["Query.chosen"] = [](Call&, const base::Json& arguments) { return arguments["ids"]; };
  return registry;
}

inline std::shared_ptr<const graphql::Schema> schema() { return graphql::Schema::from_sdl({kTypes, kRoots}); }

/// The library on one database, asked as the caller of one organization.
class Library {
 public:
  explicit Library(sql::Dialect dialect) : fresh_(dialect), database_(fresh_.open()) {
    entity::migrate(*database_, binding_.model(), "library", 1);
    write("insert into organization (slug) values ('ours'), ('theirs')");
  }

  sql::Database& database() { return *database_; }

  void write(const std::string& statement, std::vector<sql::Value> parameters = {}) {
    database_->write([&](sql::Writer& writer) { writer.execute(statement, parameters); });
  }

  /// The whole response.
  base::Json respond(std::string_view query, const base::Json& variables = base::Json::object(),
                     std::int64_t organization = 1) {
    const auto plan = plans_.get(query, "");
    auto call = std::make_shared<entity::Call>();
    call->organization = organization;
    call->database = database_.get();
    graphql::Executor::Hooks hooks;
    hooks.around = [&](const std::function<void()>& resolve) {
      database_->read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
        call->reader = &reader;
        resolve();
        call->reader = nullptr;
      });
    };
    base::Json response;
    executor_.execute(plan, variables, call, std::move(hooks),
                      [&](const graphql::Response& answer) { response = base::Json::parse(answer.json); });
    return response;
  }

  /// Its data as text, or `CODE message` of its first error.
  std::string ask(std::string_view query, const base::Json& variables = base::Json::object(),
                  std::int64_t organization = 1) {
    const base::Json response = respond(query, variables, organization);
    if (response.find("errors") == nullptr) return response["data"].dump();
    const base::Json& error = response["errors"].items().front();
    return error["extensions"]["code"].as_string() + " " + error["message"].as_string();
  }

  /// The names of `shelves(<arguments>)`, joined by spaces.
  std::string shelves(const std::string& arguments, std::int64_t organization = 1) {
    const std::string query = "{ shelves" + (arguments.empty() ? "" : "(" + arguments + ")") + " { name } }";
    const base::Json response = respond(query, base::Json::object(), organization);
    if (response.find("errors") != nullptr) {
      return response["errors"].items().front()["message"].as_string();
    }
    std::string names;
    for (const base::Json& shelf : response["data"]["shelves"].items()) {
      names += (names.empty() ? "" : " ") + shelf["name"].as_string();
    }
    return names;
  }

  std::uint64_t round_trips(std::string_view query) {
    const std::uint64_t before = database_->stats().round_trips;
    const base::Json response = respond(query);
    EXPECT_EQ(response.find("errors"), nullptr) << response.dump();
    return database_->stats().round_trips - before;
  }

 private:
  sql_testing::FreshDatabase fresh_;
  std::unique_ptr<sql::Database> database_;
  entity::Binding binding_{schema(), registry()};
  graphql::Executor executor_{schema_of(binding_), binding_.resolvers()};
  graphql::PlanCache plans_{executor_};

  static std::shared_ptr<const graphql::Schema> schema_of(const entity::Binding& binding) {
    return {&binding.model().schema(), [](const auto*) {}};
  }
};

}  // namespace entity_testing
