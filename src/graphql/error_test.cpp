#include "graphql/error.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace graphql {
namespace {

TEST(ResponseError, CarriesCodeReasonAndLists) {
  const auto error = ResponseError::from(base::Error(base::code::kPermissionDenied, "No.")
                                             .with_reason("INSUFFICIENT_ROLE")
                                             .with_list("requiredRoles", {"admin", "bot"}));
  EXPECT_EQ(error.to_json().dump(),
            R"({"message":"No.","extensions":{"reason":"INSUFFICIENT_ROLE","code":"PERMISSION_DENIED",)"
            R"("requiredRoles":["admin","bot"]}})");
}

TEST(ResponseError, HidesWhatNobodyExpected) {
  const auto error = ResponseError::from(std::runtime_error("password is 1234"));
  EXPECT_EQ(error.to_json().dump(),
            R"({"message":"An internal error occurred.","extensions":{"code":"INTERNAL_ERROR"}})");
}

TEST(ResponseError, PointsIntoTheDocument) {
  const auto error = ResponseError::from(SyntaxError("Unexpected <EOF>.", {3, 7}));
  EXPECT_EQ(error.to_json().dump(),
            R"({"message":"Syntax Error: Unexpected <EOF>.","locations":[{"line":3,"column":7}],)"
            R"("extensions":{"code":"VALIDATION_ERROR"}})");
}

TEST(ResponseError, ListsItsPath) {
  ResponseError error;
  error.message = "No.";
  error.path = {"things", std::size_t{2}, "name"};
  EXPECT_EQ(error.to_json().dump(), R"({"message":"No.","path":["things",2,"name"]})");
}

}  // namespace
}  // namespace graphql
