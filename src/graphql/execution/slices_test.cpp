// Root lists given slice by slice: the response is that of the whole list.
#include <fmt/format.h>

#include "graphql/execution/execution_fixture.h"

namespace execution_testing {
namespace {

constexpr std::size_t kWhole = 1'000'000;

/// Gives the root field's value so many elements at a time.
class InSlices : public graphql::Resolver {
 public:
  explicit InSlices(const std::size_t& size) : size_(size) {}
  bool slices() const override { return true; }
  void finish(Batch& batch) const override {
    if (batch.state == nullptr) batch.state = std::make_shared<std::size_t>(0);
    auto& next = *static_cast<std::size_t*>(batch.state.get());
    const std::vector<Json>& items = batch.parents[0].json().items();
    const std::size_t end = batch.may_slice ? std::min(items.size(), next + size_) : items.size();
    batch.out.begin_list();
    for (; next < end; ++next) {
      if (next == fails_at_) throw base::Error(base::code::kUnavailable, std::string("The disk is full."));
      batch.out.item(graphql::json_cell(items[next], batch.field.type->element(), batch.out));
    }
    batch.out.set(0, batch.out.end_list());
    batch.out.follow(items.size() - end);
  }
  std::size_t fails_at_ = kWhole;

 private:
  const std::size_t& size_;
};

class Slices : public Execution {
 protected:
  Slices() {
    for (const char* name : {"dogs", "strictDogs", "pets"}) resolvers_->set(field("Query", name), resolver_);
    // Every third dog may not bark, every fourth is none, every fifth has no tag that it must have.
    Json dogs = Json::array();
    Json strict = Json::array();
    Json pets = Json::array();
    for (int i = 0; i < 23; ++i) {
      Json dog = Json::object({{"kind", "DOG"}, {"name", fmt::format("{}{}", i % 3 == 2 ? "X" : "", i)}});
      dog.set("tags", i % 5 == 4 ? Json::array({"a", nullptr}) : Json::array({"a"}));
      dog.set("friend", Json::object({{"name", fmt::format("{}f", i % 7 == 6 ? "X" : "")}}));
      strict.push_back(dog);
      pets.push_back(i % 2 == 0 ? dog : Json::object({{"kind", "CAT"}, {"name", "Tom"}, {"lives", i}}));
      dogs.push_back(i % 4 == 3 ? Json() : dog);
    }
    data_.set("dogs", dogs);
    data_.set("strictDogs", strict);
    data_.set("pets", pets);
  }

  void expect_same(std::string_view document, std::string_view variables = "{}") {
    size_ = kWhole;
    const std::string whole = run(document, variables);
    for (const std::size_t size : {1U, 2U, 3U, 7U, 22U, 23U}) {
      size_ = size;
      EXPECT_EQ(run(document, variables), whole) << document << " in slices of " << size;
    }
  }

  std::size_t size_ = kWhole;
  std::shared_ptr<InSlices> resolver_ = std::make_shared<InSlices>(size_);
};

TEST_F(Slices, GiveTheSameResponse) {
  expect_same("{ dogs { name } }");
  expect_same("{ pets { name ... on Cat { lives } ... on Dog { tags friend { name } } } }");
  expect_same(
      "query($no: Boolean = false) { a: echo(text: \"a\") pets { __typename name } b: echo dogs { name tags }"
      " c: dogs @include(if: $no) { name } again: dogs { nick: name friend { name } } __typename }");
  data_.set("dogs", Json::array());
  expect_same("{ dogs { name } }");
}

TEST_F(Slices, ReportTheSameErrors) {
  expect_same("{ dogs { name tags barks friend { name barks } } }");
  expect_same("{ dogs { broken name } dog { broken name } again: dogs { barks } missing }");
  expect_same("{ pets { name ... on Dog { broken tags friend { broken barks } } } dogs { tags } }");
}

TEST_F(Slices, LetNullRiseTheSameWay) {
  expect_same("{ strictDogs { name barks } echo }");
  expect_same("{ echo pets { name ... on Dog { barks } } }");
  expect_same("{ dogs { name friend { strictFriend { name } } } strictDogs { friend { broken } } }");
}

TEST_F(Slices, ReportAHundredErrorsAtMost) {
  expect_same(
      "{ dogs { a: broken b: broken c: broken friend { a: broken b: broken c: broken d: broken } }"
      " missing strictDogs { a: broken b: broken c: broken } }");
}

TEST_F(Slices, FailWithTheirField) {
  size_ = 4;
  resolver_->fails_at_ = 9;
  EXPECT_EQ(run("{ dogs { name } echo }"),
            R"({"data":{"dogs":null,"echo":"silence"},"errors":[{"message":"The disk is full.",)"
            R"("locations":[{"line":1,"column":3}],"path":["dogs"],"extensions":{"code":"UNAVAILABLE"}}]})");
}

TEST_F(Slices, AreKnownToThePlan) {
  EXPECT_TRUE(plan("{ dogs { name } }")->slices());
  EXPECT_FALSE(plan("{ dog { name } }")->slices());
}

TEST_F(Slices, TakeTheMemoryOfOneAndOfTheText) {
  Json many = Json::array();
  for (int i = 0; i < 20'000; ++i)
    many.push_back(Json::object({{"name", "A"}, {"friend", Json::object({{"name", "B"}})}}));
  data_.set("dogs", many);
  limits_.request_bytes = 3'000'000;
  constexpr std::string_view kDocument = "{ dogs { name nick tags friend { name nick tags } } }";
  size_ = 500;
  EXPECT_THAT(run(kDocument), testing::StartsWith(R"({"data":{"dogs":[{"name":"A")"));
  EXPECT_EQ(limits_.held, 0U) << "given back";
  size_ = kWhole;
  EXPECT_EQ(
      run(kDocument),
      R"({"data":null,"errors":[{"message":"The answer takes more than 2 MiB. Ask for pages of its lists, )"
      R"(or for fewer fields.","extensions":{"code":"ANSWER_TOO_LARGE"}}]})");
  EXPECT_EQ(limits_.held, 0U) << "given back";
  limits_.request_bytes = 1'000'000;
  size_ = 500;
  EXPECT_THAT(run(kDocument), HasSubstr("ANSWER_TOO_LARGE")) << "the text counts, too";
}

TEST_F(Slices, ShareTheMemoryOfTheProcess) {
  limits_.process_bytes = 1'000'000;
  EXPECT_THAT(run("{ dogs { name } }"), Not(HasSubstr("errors")));
  graphql::RequestBudget other;
  other.draw_on(limits_);
  other.take(999'999);
  EXPECT_THAT(run("{ dogs { name } }"), HasSubstr(R"("code":"UNAVAILABLE")"));
}

}  // namespace
}  // namespace execution_testing
