// A small library of books, as tables and calls over the schema beside this
// file: what the tests of this room run on.
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

/// What the library does in code.
entity::Registry registry();

/// The library's schema, with more definitions.
std::shared_ptr<const graphql::Schema> schema_with(std::string_view more = "");

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

  std::size_t slice = 4096;  ///< of root lists
  graphql::AnswerLimits limits;

  /// The whole response.
  base::Json respond(std::string_view query, const base::Json& variables = base::Json::object(),
                     std::int64_t organization = 1) {
    return base::Json::parse(answer(query, variables, organization));
  }
  /// As it is sent.
  std::string answer(std::string_view query, const base::Json& variables = base::Json::object(),
                     std::int64_t organization = 1) {
    const auto plan = plans_.get(query, "");
    auto call = std::make_shared<entity::Call>();
    call->organization = organization;
    call->database = database_.get();
    call->slice = slice;
    call->budget.draw_on(limits);
    graphql::Executor::Hooks hooks;
    hooks.around = [&](const std::function<void()>& resolve) {
      database_->read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
        call->reader = &reader;
        resolve();
        call->reader = nullptr;
      });
    };
    std::string text;
    executor_.execute(plan, variables, call, std::move(hooks),
                      [&](graphql::Response response) { text = std::move(response.json); });
    return text;
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
  entity::Binding binding_{schema_with(), registry()};
  graphql::Executor executor_{schema_of(binding_), binding_.resolvers()};
  graphql::PlanCache plans_{executor_};

  static std::shared_ptr<const graphql::Schema> schema_of(const entity::Binding& binding) {
    return {&binding.model().schema(), [](const auto*) {}};
  }
};

}  // namespace entity_testing
