// gmock matchers for Result<T>: assert codes, never message text.
//
//   EXPECT_THAT(Parse(text), IsOk());
//   EXPECT_THAT(Parse("{"), IsError(ErrorCode::kInvalidArgument));
//   ASSERT_OK_AND_ASSIGN(auto schema, Parse(text));
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"

namespace firn::testing {

MATCHER(IsOk, negation ? "is an error" : "is ok") {
  if (!arg.has_value()) {
    *result_listener << arg.error().Describe();
  }
  return arg.has_value();
}

MATCHER_P(IsError, code, "is the error " + std::string(ToString(code))) {
  if (arg.has_value()) {
    *result_listener << "is ok";
    return false;
  }
  *result_listener << arg.error().Describe();
  return arg.error().code() == code;
}

MATCHER_P(IsOkAnd, matcher, "is ok and its value matches") {
  if (!arg.has_value()) {
    *result_listener << arg.error().Describe();
    return false;
  }
  return ::testing::ExplainMatchResult(matcher, *arg, result_listener);
}

}  // namespace firn::testing

#define ASSERT_OK_AND_ASSIGN(declaration, expression) \
  FIRN_ASSERT_OK_AND_ASSIGN(FIRN_CONCAT(firn_result_, __LINE__), declaration, expression)

#define FIRN_ASSERT_OK_AND_ASSIGN(result, declaration, expression) \
  auto result = (expression);                                      \
  ASSERT_TRUE(result.has_value()) << result.error().Describe();    \
  declaration = *std::move(result)
