#include "iceberg/expression/expression.h"

#include <limits>

#include "base/testing/matchers.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;

Expression Is(const char* name) { return Compare(Operation::kEq, Column(name), Constant::Long(1)); }

TEST(ExpressionTree, FoldsConstants) {
  Expression t = Expression::True();
  Expression f = Expression::False();
  EXPECT_EQ(Expression::And(t, Is("a")), Is("a"));
  EXPECT_EQ(Expression::And(f, Is("a")), f);
  EXPECT_EQ(Expression::Or(t, Is("a")), t);
  EXPECT_EQ(Expression::Or(f, Is("a")), Is("a"));
  EXPECT_EQ(Expression::And({}), t);
  EXPECT_EQ(Expression::Or({}), f);
  EXPECT_EQ(Expression::Not(t), f);
  EXPECT_EQ(Expression::Not(Expression::Not(Is("a"))), Is("a"));
}

TEST(ExpressionTree, NestingOfOneKindDoesNotMatter) {
  Expression left = Expression::And(Expression::And(Is("a"), Is("b")), Is("c"));
  Expression right = Expression::And(Is("a"), Expression::And(Is("b"), Is("c")));
  EXPECT_EQ(left, right);
  EXPECT_EQ(left.children().size(), 3U);
  EXPECT_NE(left, Expression::Or({Is("a"), Is("b"), Is("c")}));
  EXPECT_NE(left, Expression::And({Is("b"), Is("a"), Is("c")}));
}

TEST(Operation, NegateIsItsOwnInverse) {
  for (int i = 0; i <= static_cast<int>(Operation::kNotIn); ++i) {
    auto op = static_cast<Operation>(i);
    EXPECT_NE(Negate(op), op);
    EXPECT_EQ(Negate(Negate(op)), op);
    EXPECT_EQ(Flip(Flip(op)), op);
    EXPECT_EQ(IsUnary(op), IsUnary(Negate(op)));
    EXPECT_EQ(IsSet(op), IsSet(Negate(op)));
  }
  EXPECT_EQ(Negate(Operation::kLtEq), Operation::kGt);
  EXPECT_EQ(Negate(Operation::kIsNan), Operation::kNotNan);
  EXPECT_EQ(Negate(Operation::kNotStartsWith), Operation::kStartsWith);
}

TEST(CheckPredicate, RefusesWhatNothingIsComparedWith) {
  auto check = [](Operation op, std::vector<Constant> constants) {
    return CheckPredicate({op, Column("x"), std::move(constants)});
  };
  auto invalid = IsError(ErrorCode::kInvalidArgument);
  EXPECT_THAT(check(Operation::kIn, {}), IsOk());
  EXPECT_THAT(check(Operation::kEq, {Constant::Long(1)}), IsOk());
  EXPECT_THAT(check(Operation::kEq, {}), invalid);
  EXPECT_THAT(check(Operation::kIsNull, {Constant::Long(1)}), invalid);
  EXPECT_THAT(check(Operation::kEq, {Constant::Double(std::numeric_limits<double>::quiet_NaN())}),
              invalid);
  EXPECT_THAT(check(Operation::kLt, {Constant::Double(std::numeric_limits<double>::infinity())}),
              invalid);
  EXPECT_THAT(check(Operation::kStartsWith, {Constant::Long(1)}), invalid);
  EXPECT_THAT(check(Operation::kEq, {{Type::Plain(TypeId::kUnknown), Literal(1)}}), invalid);
}

}  // namespace
}  // namespace firn::iceberg
