// A kennel: documents run against code that answers from JSON.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "graphql/execution/executor.h"
#include "graphql/language/parser.h"

namespace execution_testing {

using base::Json;
using graphql::Batch;
using graphql::Cell;
using graphql::FieldDef;
using graphql::NamedType;
using graphql::RequestContext;
using graphql::ResolverMap;
using graphql::Response;
using graphql::RootAction;
using graphql::RootStream;
using testing::ElementsAre;
using testing::HasSubstr;

inline constexpr std::string_view kSchema = R"(
  type Query {
    dog: Dog
    strictDog: Dog!
    dogs: [Dog]
    strictDogs: [Dog!]
    pets: [Pet!]!
    echo(text: String = "silence", count: Int): String
    vast: Int
    forbidden: String
    missing: String
    late: String
  }
  interface Pet @variant(by: "kind") { name: String! }
  type Dog implements Pet @value @variant(value: "DOG") {
    name: String!  nick: String  friend: Dog  strictFriend: Dog!  tags: [String!]  broken: String  barks: Int!
  }
  type Cat implements Pet @value @variant(value: "CAT") { name: String!  lives: Int }
  enum Colour { RED @deprecated BLUE @deprecated(reason: "faded") GREEN }
  input Wish @oneOf { colour: Colour  text: String }
  type Mutation { note(text: String!): Note!  refuse: Note  unbuilt: Note  half: Half }
  type Half { text: String!  draft: String }
  type Note @value { text: String!  seen: Int! }
  type Subscription { notes(of: String!): Note!  silent: Note }
)";

/// The answer of a root field is looked up in `answers` by its name.
class FromCode : public RootAction {
 public:
  using Function = std::function<Json(const Json&)>;
  explicit FromCode(Function function) : function_(std::move(function)) {}
  void run(RequestContext&, const graphql::PlanField&, Json arguments, Done done) const override {
    Json value;
    try {
      value = function_(arguments);
    } catch (...) {
      return done(std::current_exception(), {});
    }
    done(nullptr, std::move(value));
  }

 private:
  Function function_;
};

/// Answers when the test says so.
class Later : public RootAction {
 public:
  explicit Later(std::vector<std::pair<Json, Done>>& waiting) : waiting_(waiting) {}
  void run(RequestContext&, const graphql::PlanField&, Json arguments, Done done) const override {
    waiting_.emplace_back(std::move(arguments), std::move(done));
  }

 private:
  std::vector<std::pair<Json, Done>>& waiting_;
};

class RootValue : public graphql::Resolver {
 public:
  void finish(Batch& batch) const override {
    batch.out.set(0, graphql::json_cell(batch.parents[0].json(), *batch.field.type, batch.out));
  }
};

/// Fails for the parents whose name begins with a capital X.
class FailsForSome : public graphql::Resolver {
 public:
  void finish(Batch& batch) const override {
    for (std::size_t i = 0; i < batch.parents.size(); ++i) {
      const Json& name = batch.parents[i].json()["name"];
      if (name.as_string().starts_with("X")) {
        batch.out.fail(i,
                       std::make_exception_ptr(base::Error(base::code::kNotFound, std::string("No bark."))));
      } else {
        batch.out.set(i, Cell::of(std::int64_t{1}));
      }
    }
  }
};

class FailsAlways : public graphql::Resolver {
 public:
  void finish(Batch&) const override { throw base::Error(base::code::kConflict, std::string("Broken.")); }
};

class Notes : public RootStream {
 public:
  Notes(Emit& emit, Json& arguments) : emit_(emit), arguments_(arguments) {}
  std::shared_ptr<void> subscribe(RequestContext&, const Json& arguments, Emit emit) const override {
    arguments_ = arguments;
    emit_ = std::move(emit);
    return std::make_shared<int>(0);
  }

 private:
  Emit& emit_;
  Json& arguments_;
};

class Execution : public testing::Test {
 protected:
  Execution() {
    for (const NamedType* type : schema_->types()) {
      if (graphql::ast::find_directive(type->directives, "value") == nullptr) continue;
      for (const FieldDef& field : type->fields) resolvers_->set(field, graphql::json_field_resolver(field));
    }
    resolvers_->set(field("Dog", "barks"), std::make_shared<FailsForSome>());
    resolvers_->set(field("Dog", "broken"), std::make_shared<FailsAlways>());
    for (const char* name : {"dog", "strictDog", "dogs", "strictDogs", "pets", "vast", "forbidden"}) {
      answer("Query", name, [this, name](const Json&) { return data_[name]; });
    }
    answer("Query", "echo", [this](const Json& arguments) {
      echoed_.push_back(arguments.dump());
      return arguments["text"];
    });
    answer("Mutation", "refuse", [](const Json&) -> Json {
      throw base::Error(base::code::kValidation, std::string("No notes today."));
    });
    answer("Mutation", "half", [this](const Json&) {
      ++halves_;
      return Json::object({{"text", "a"}});
    });
    resolvers_->set(field("Half", "text"), graphql::json_field_resolver(field("Half", "text")));
    resolvers_->set(field("Query", "late"), std::make_shared<RootValue>());
    resolvers_->set_action(field("Query", "late"), std::make_shared<Later>(waiting_));
    resolvers_->set(field("Mutation", "note"), std::make_shared<RootValue>());
    resolvers_->set_action(field("Mutation", "note"), std::make_shared<Later>(waiting_));
    resolvers_->set(field("Subscription", "notes"), std::make_shared<RootValue>());
    resolvers_->set_stream(field("Subscription", "notes"), std::make_shared<Notes>(emit_, stream_arguments_));
    graphql::add_introspection(*schema_, *resolvers_);
    resolvers_->authorize = [](RequestContext&, const FieldDef& asked) {
      if (asked.name == "forbidden") {
        throw base::Error(base::code::kPermissionDenied, std::string("Not for you."));
      }
    };
  }

  const FieldDef& field(std::string_view type, std::string_view name) const {
    return *schema_->type(type)->field(name);
  }
  void answer(std::string_view type, std::string_view name, FromCode::Function function) {
    resolvers_->set(field(type, name), std::make_shared<RootValue>());
    resolvers_->set_action(field(type, name), std::make_shared<FromCode>(std::move(function)));
  }

  std::shared_ptr<const graphql::Plan> plan(std::string_view text) const {
    auto document = std::make_shared<const graphql::ast::Document>(graphql::parse_document(text));
    return graphql::Plan::make(*schema_, *resolvers_, document, document->operations.front());
  }
  void start(std::string_view document, std::string_view variables = "{}") {
    graphql::Executor::Hooks hooks;
    hooks.around = [this](const std::function<void()>& resolve) {
      ++stretches_;
      resolve();
    };
    hooks.resume = [this](std::function<void()> rest) { resumed_.push_back(std::move(rest)); };
    auto context = std::make_shared<RequestContext>();
    context->budget.draw_on(limits_);
    executor_.execute(plan(document), Json::parse(variables), std::move(context), std::move(hooks),
                      [this](Response response) { responses_.push_back(std::move(response.json)); });
  }
  std::string run(std::string_view document, std::string_view variables = "{}") {
    responses_.clear();
    start(document, variables);
    return responses_.size() == 1 ? responses_[0] : "no response";
  }
  static std::string ok(std::string_view data) { return "{\"data\":" + std::string(data) + "}"; }

  std::shared_ptr<const graphql::Schema> schema_ = graphql::Schema::from_sdl({kSchema});
  std::shared_ptr<ResolverMap> resolvers_ = std::make_shared<ResolverMap>();
  graphql::Executor executor_{schema_, resolvers_};
  Json data_ = Json::parse(R"({
    "dog": {"kind": "DOG", "name": "Rex", "nick": "R", "tags": ["a", "b"], "friend": {"name": "Tara"}},
    "dogs": [{"name": "Ada"}, null, {"name": "Xia"}, {"name": "Bo"}],
    "strictDogs": [{"name": "Ada"}, {"name": "Xia"}],
    "pets": [{"kind": "CAT", "name": "Tom", "lives": 9}, {"kind": "DOG", "name": "Rex", "nick": "R"},
             {"kind": "CAT", "name": "Kit", "lives": 8}]
  })");
  graphql::AnswerLimits limits_;
  std::vector<std::string> echoed_;
  std::vector<std::pair<Json, RootAction::Done>> waiting_;
  std::vector<std::function<void()>> resumed_;
  int halves_ = 0;
  std::vector<std::string> responses_;
  RootStream::Emit emit_;
  Json stream_arguments_;
  int stretches_ = 0;
};

}  // namespace execution_testing
