// What answers from code, later and in turn: mutations and subscriptions.
#include "graphql/execution/execution_fixture.h"

namespace execution_testing {
namespace {

constexpr std::string_view kTwoNotes =
    R"(mutation { a: note(text: "1") { text } b: note(text: "2") { seen } })";

TEST_F(Execution, RunsMutationsOneAfterTheOther) {
  start(kTwoNotes);
  ASSERT_EQ(waiting_.size(), 1U) << "the second waits for the first";
  EXPECT_EQ(waiting_[0].first.dump(), R"({"text":"1"})");
  waiting_[0].second(nullptr, Json::parse(R"({"text":"one","seen":1})"));
  ASSERT_EQ(resumed_.size(), 1U) << "an answer from elsewhere goes on where resume puts it";
  EXPECT_EQ(waiting_.size(), 1U);
  std::exchange(resumed_, {})[0]();
  ASSERT_EQ(waiting_.size(), 2U);
  EXPECT_TRUE(responses_.empty());
  waiting_[1].second(nullptr, Json::parse(R"({"text":"two","seen":2})"));
  std::exchange(resumed_, {})[0]();
  EXPECT_THAT(responses_, ElementsAre(ok(R"({"a":{"text":"one"},"b":{"seen":2}})")));
  EXPECT_EQ(stretches_, 2) << "each selection reads on its own";
}

TEST_F(Execution, GoesOnAfterAMutationFailed) {
  EXPECT_EQ(run("mutation { refuse { text } again: refuse { text } }"),
            R"({"data":{"refuse":null,"again":null},"errors":[)"
            R"({"message":"No notes today.","locations":[{"line":1,"column":12}],"path":["refuse"],)"
            R"("extensions":{"code":"VALIDATION_ERROR"}},)"
            R"({"message":"No notes today.","locations":[{"line":1,"column":28}],"path":["again"],)"
            R"("extensions":{"code":"VALIDATION_ERROR"}}]})");
}

TEST_F(Execution, ReportsAMutationThatFailsLater) {
  start(kTwoNotes);
  waiting_[0].second(std::make_exception_ptr(base::Error(base::code::kConflict, std::string("Taken."))), {});
  std::exchange(resumed_, {})[0]();
  waiting_.at(1).second(nullptr, Json::parse(R"({"seen":2})"));
  std::exchange(resumed_, {})[0]();
  EXPECT_THAT(responses_, ElementsAre(AllOf(HasSubstr(R"({"data":null,)"), HasSubstr("Taken."))));
}

// --- subscriptions ----------------------------------------------------------

class Subscriptions : public Execution {
 protected:
  static void directly(const std::function<void()>& resolve) { resolve(); }
};

TEST_F(Subscriptions, TurnEventsIntoResponses) {
  const auto notes = plan("subscription($of: String!) { n: notes(of: $of) { seen text } }");
  const Json variables = Json::parse(R"({"of": "me"})");
  RequestContext context;
  std::vector<Json> events;
  const auto handle =
      executor_.subscribe(*notes, variables, context, [&](Json event) { events.push_back(event); });
  EXPECT_NE(handle, nullptr);
  EXPECT_EQ(stream_arguments_.dump(), R"({"of":"me"})");
  emit_(Json::parse(R"({"text":"hi","seen":0})"));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(executor_.execute_event(*notes, variables, context, events[0], directly).json,
            ok(R"({"n":{"seen":0,"text":"hi"}})"));
  EXPECT_THAT(
      executor_.execute_event(*notes, variables, context, Json::parse(R"({"text":"hi"})"), directly).json,
      HasSubstr("Cannot return null for non-nullable field Note.seen."));
}

TEST_F(Subscriptions, RefuseBeforeTheyBegin) {
  RequestContext context;
  EXPECT_THROW(executor_.subscribe(*plan("subscription($of: String!) { notes(of: $of) { seen } }"),
                                   Json::object(), context, {}),
               base::Error);
  EXPECT_THROW(executor_.subscribe(*plan("subscription { silent { seen } }"), Json::object(), context, {}),
               base::Error);
  EXPECT_FALSE(emit_);
}

}  // namespace
}  // namespace execution_testing
