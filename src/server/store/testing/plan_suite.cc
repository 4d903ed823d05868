// Scan plans and the keys that sign their tasks.
#include "server/store/testing/store_test.h"

namespace firn::store::testing {
namespace {

using ::testing::SizeIs;

class PlanSuite : public StoreTest {
 protected:
  static constexpr ObjectId kTable{7};

  Status Save(std::string id, int64_t expires_ms) {
    auto saved = Run(CreatePlan{.plan = {.id = std::move(id),
                                         .warehouse = warehouse_,
                                         .object = kTable,
                                         .principal = Context().principal,
                                         .request = "{}",
                                         .expires_at = TimestampMs(expires_ms)}});
    return saved.has_value() ? Status() : Status(saved.error());
  }
  std::optional<PlanRecord> FindAt(std::string_view id, int64_t now_ms) {
    auto found = store_->FindPlan(id, TimestampMs(now_ms), kNoDeadline);
    EXPECT_THAT(found, IsOk());
    return found.has_value() ? *found : std::nullopt;
  }
};

TEST_P(PlanSuite, LivesUntilItExpires) {
  ASSERT_THAT(Save("p", 100), IsOk());
  Reopen();
  auto plan = FindAt("p", 99);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->object, kTable);
  EXPECT_EQ(plan->warehouse, warehouse_);
  EXPECT_EQ(plan->request, "{}");
  EXPECT_EQ(FindAt("p", 100), std::nullopt);
  EXPECT_EQ(FindAt("q", 0), std::nullopt);
}

TEST_P(PlanSuite, IsExtendedButNeverShortened) {
  ASSERT_THAT(Save("p", 100), IsOk());
  ASSERT_THAT(store_->ExtendPlan("p", TimestampMs(200), kNoDeadline), IsOk());
  ASSERT_THAT(store_->ExtendPlan("p", TimestampMs(150), kNoDeadline), IsOk());
  ASSERT_THAT(store_->ExtendPlan("gone", TimestampMs(150), kNoDeadline), IsOk());
  EXPECT_TRUE(FindAt("p", 199).has_value());
  EXPECT_EQ(FindAt("p", 200), std::nullopt);
}

TEST_P(PlanSuite, IsCancelledOnceByItsOwner) {
  int64_t later = Context().now.value() + 1000;
  ASSERT_THAT(Save("p", later), IsOk());
  EXPECT_THAT(Run(CancelPlan{"p", ObjectId(8)}), IsError(ErrorCode::kNotFound));
  MutationContext other = Context();
  other.principal = "somebody else";
  EXPECT_THAT(store_->Execute(CancelPlan{"p", kTable}, other), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(Run(CancelPlan{"p", kTable}), IsOk());
  EXPECT_EQ(FindAt("p", 0), std::nullopt);
  EXPECT_THAT(Run(CancelPlan{"p", kTable}), IsError(ErrorCode::kNotFound));
}

TEST_P(PlanSuite, TheFirstSigningKeyStays) {
  auto first = store_->SigningKeys("plan-task", {"a", "one"}, kNoDeadline);
  ASSERT_THAT(first, IsOkAnd(SizeIs(1)));
  Reopen();
  auto again = store_->SigningKeys("plan-task", {"b", "two"}, kNoDeadline);
  ASSERT_THAT(again, IsOkAnd(SizeIs(1)));
  EXPECT_EQ(again->at(0).id, "a");
  EXPECT_EQ(again->at(0).secret, "one");
  auto other = store_->SigningKeys("other", {"b", "two"}, kNoDeadline);
  ASSERT_THAT(other, IsOkAnd(SizeIs(1)));
  EXPECT_EQ(other->at(0).id, "b");
}

INSTANTIATE_TEST_SUITE_P(Stores, PlanSuite, ::testing::ValuesIn(StoreFactories()));

}  // namespace
}  // namespace firn::store::testing
