// Rows of plans and tokens of tasks: read as they were printed.
#include "server/planning/plan_spec.h"

#include "base/testing/matchers.h"
#include "iceberg/expression/expression_text.h"
#include "server/planning/plan_token.h"

namespace firn::planning {
namespace {

using firn::testing::IsError;

TEST(PlanSpecTest, IsReadAsItWasPrinted) {
  PlanSpec spec;
  spec.table_uuid = "u";
  spec.snapshot = iceberg::SnapshotId(7);
  spec.appends_after = iceberg::SnapshotId(5);
  spec.schema = iceberg::SchemaId(2);
  spec.filter = *iceberg::ParseExpressionText("a = 1 and (b < 2.5 or c is null)");
  spec.case_sensitive = false;
  spec.stats = {iceberg::FieldId(3)};
  spec.min_rows = 10;
  std::string printed = PrintPlanSpec(spec);
  ASSERT_OK_AND_ASSIGN(PlanSpec read, ParsePlanSpec(printed));
  EXPECT_EQ(PrintPlanSpec(read), printed);
  EXPECT_EQ(read.snapshot, spec.snapshot);
  EXPECT_EQ(read.appends_after, spec.appends_after);
  EXPECT_EQ(read.schema, spec.schema);
  EXPECT_EQ(read.case_sensitive, spec.case_sensitive);
  EXPECT_EQ(read.stats, spec.stats);
  EXPECT_EQ(read.min_rows, spec.min_rows);
  EXPECT_EQ(read.filter, spec.filter);
  EXPECT_THAT(ParsePlanSpec("{}"), IsError(ErrorCode::kInvalidArgument));
}

TEST(PlanTokenTest, IsReadAsItWasPrinted) {
  ASSERT_OK_AND_ASSIGN(store::SigningKey key, NewSigningKey());
  PlanToken token{
      .plan = Uuid::Random(),
      .slice = {.begin = 1, .end = 0xFFFFFFFF, .first_row = 70'000, .end_row = 0x01020304},
      .manifests = 9};
  ASSERT_OK_AND_ASSIGN(PlanToken read, ParsePlanToken(PrintPlanToken(token, key, "digest")));
  EXPECT_EQ(read.plan, token.plan);
  EXPECT_EQ(read.slice, token.slice);
  EXPECT_EQ(read.manifests, token.manifests);
  EXPECT_EQ(read.key.ToString(), key.id);
  EXPECT_TRUE(IsSignedBy(read, key, "digest"));
}

TEST(PlanTokenTest, FitsItsPlanKeyAndSliceOnly) {
  ASSERT_OK_AND_ASSIGN(store::SigningKey key, NewSigningKey());
  ASSERT_OK_AND_ASSIGN(store::SigningKey other, NewSigningKey());
  std::string text = PrintPlanToken({.plan = Uuid::Random()}, key, "digest");
  ASSERT_OK_AND_ASSIGN(PlanToken read, ParsePlanToken(text));
  EXPECT_FALSE(IsSignedBy(read, key, "another digest"));
  EXPECT_FALSE(IsSignedBy(read, other, "digest"));
  EXPECT_FALSE(IsSignedBy(read, {.id = key.id, .secret = other.secret}, "digest"));
  PlanToken wider = read;
  wider.slice.end = 5;
  EXPECT_FALSE(IsSignedBy(wider, key, "digest"));
  EXPECT_THAT(ParsePlanToken(text.substr(1)), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(ParsePlanToken(""), IsError(ErrorCode::kNotFound));
}

TEST(PlanTokenTest, TheDigestNamesPrincipalTableAndRequest) {
  store::PlanRecord plan{.id = "i", .object = store::ObjectId(1), .principal = "p", .request = "r"};
  std::string digest = PlanDigest(plan);
  for (auto change : {+[](store::PlanRecord& other) { other.id = "j"; },
                      +[](store::PlanRecord& other) { other.object = store::ObjectId(2); },
                      +[](store::PlanRecord& other) { other.principal = "q"; },
                      +[](store::PlanRecord& other) { other.request = "s"; }}) {
    store::PlanRecord other = plan;
    change(other);
    EXPECT_NE(PlanDigest(other), digest);
  }
}

}  // namespace
}  // namespace firn::planning
