#include "server/rest/router.h"

#include "base/testing/matchers.h"

namespace firn::rest {
namespace {

using http::Method;
using testing::IsError;

class RouterTest : public ::testing::Test {
 protected:
  Result<Route> Match(Method method, std::string_view path) { return router_.Match(method, path); }

  Router router_ = *Router::Make("%1F");
};

TEST_F(RouterTest, UnprefixedPathsMeanTheDefaultWarehouse) {
  ASSERT_OK_AND_ASSIGN(Route route, Match(Method::kGet, "/v1/namespaces/a%1Fb/tables/t"));
  EXPECT_EQ(route.spec->operation, Operation::kLoadTable);
  EXPECT_EQ(route.prefix, "");
  EXPECT_EQ(route.name_space.levels, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(route.name, "t");
}

TEST_F(RouterTest, AnotherFirstSegmentIsAWarehouse) {
  ASSERT_OK_AND_ASSIGN(Route route, Match(Method::kPost, "/v1/sales/transactions/commit"));
  EXPECT_EQ(route.spec->operation, Operation::kCommitTransaction);
  EXPECT_EQ(route.prefix, "sales");
}

TEST_F(RouterTest, APathKnowsItsMethods) {
  EXPECT_EQ(router_.AllowedMethods("/v1/namespaces"), "GET, POST");
  EXPECT_EQ(router_.AllowedMethods("/v1/transactions/commit"), "POST");
  EXPECT_EQ(router_.AllowedMethods("/v1/nothing"), "");
  EXPECT_THAT(Match(Method::kPatch, "/v1/namespaces"), IsError(ErrorCode::kUnsupported));
}

TEST_F(RouterTest, NamesAreDecodedWhole) {
  ASSERT_OK_AND_ASSIGN(Route route, Match(Method::kGet, "/v1/namespaces/a%2Fb+c/tables/x%2By%25"));
  EXPECT_EQ(route.name_space.levels, std::vector<std::string>{"a/b c"});
  EXPECT_EQ(route.name, "x+y%");
}

TEST_F(RouterTest, EveryOperationIsReachedByItsOwnPath) {
  for (const OperationSpec& spec : Operations()) {
    std::string path(spec.path);
    for (std::string_view name : {"{namespace}", "{table}", "{view}", "{warehouse}", "{prefix}"}) {
      size_t at = path.find(name);
      if (at != std::string::npos) {
        path.replace(at, name.size(), "x");
      }
    }
    ASSERT_OK_AND_ASSIGN(Route route, Match(spec.method, path));
    EXPECT_EQ(route.spec->operation, spec.operation) << path;
  }
}

TEST_F(RouterTest, UnknownPathsAndMethodsAreToldApart) {
  EXPECT_THAT(Match(Method::kGet, "/v1/nothing"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(Match(Method::kGet, "/"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(Match(Method::kPost, "/v1/oauth/tokens"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(Match(Method::kPut, "/v1/namespaces"), IsError(ErrorCode::kUnsupported));
}

TEST_F(RouterTest, BadEscapesAndEmptyLevelsAreRefused) {
  EXPECT_THAT(Match(Method::kGet, "/v1/namespaces/%zz"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Match(Method::kGet, "/v1/namespaces/a%1F"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Match(Method::kGet, "/v1/namespaces/a%00b"), IsError(ErrorCode::kInvalidArgument));
}

TEST(RouterSeparatorTest, UnitSeparatorIsAlwaysAccepted) {
  ASSERT_OK_AND_ASSIGN(Router router, Router::Make("%2E"));
  EXPECT_EQ(router.SplitNamespace("a.b")->levels, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(router
                .SplitNamespace("a.b\x1F"
                                "c")
                ->levels,
            (std::vector<std::string>{"a.b", "c"}));
  EXPECT_THAT(Router::Make("ab"), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::rest
