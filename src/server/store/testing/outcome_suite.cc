// Idempotency keys and commit attempts.
#include "server/store/testing/store_test.h"

namespace firn::store::testing {
namespace {

using ::testing::SizeIs;

class OutcomeSuite : public StoreTest {
 protected:
  IdempotencyKey Key(std::string key = "k1") const {
    return {.key = std::move(key),
            .principal = "tester",
            .warehouse = warehouse_,
            .operation = "POST /v1/namespaces",
            .body_hash = "hash",
            .expires_at = TimestampMs(clock_.Now().value() + 1000)};
  }

  Result<MutationResult> CreateNsUnder(std::string_view name, const IdempotencyKey& key) {
    MutationContext context = Context();
    context.idempotency = key;
    context.outcome = {200, "ref-" + std::string(name)};
    return store_->Execute(CreateNamespace{.path = Path(name)}, context);
  }
};

TEST_P(OutcomeSuite, ARepeatIsReplayed) {
  EXPECT_EQ(*store_->FindOutcome(Key(), kNoDeadline), std::nullopt);
  auto first = CreateNsUnder("a", Key());
  ASSERT_THAT(first, IsOk());
  EXPECT_FALSE(first->replayed.has_value());
  auto again = CreateNsUnder("a", Key());
  ASSERT_THAT(again, IsOk());
  ASSERT_TRUE(again->replayed.has_value());
  EXPECT_EQ(again->replayed->http_status, 200);
  EXPECT_EQ(again->replayed->reference, "ref-a");
  Reopen();
  auto kept = store_->FindOutcome(Key(), kNoDeadline);
  ASSERT_THAT(kept, IsOk());
  ASSERT_TRUE(kept->has_value());
  EXPECT_EQ((*kept)->reference, "ref-a");
  EXPECT_THAT(Events(), SizeIs(2));
}

TEST_P(OutcomeSuite, TheKeyOfAnotherCallIsRefused) {
  ASSERT_THAT(CreateNsUnder("a", Key()), IsOk());
  for (auto change : {+[](IdempotencyKey& key) { key.principal = "other"; },
                      +[](IdempotencyKey& key) { key.warehouse = WarehouseId(99); },
                      +[](IdempotencyKey& key) { key.operation = "DELETE /v1/namespaces/a"; },
                      +[](IdempotencyKey& key) { key.body_hash = "other"; }}) {
    IdempotencyKey key = Key();
    change(key);
    EXPECT_THAT(CreateNsUnder("b", key), IsError(ErrorCode::kUnprocessable));
    EXPECT_THAT(store_->FindOutcome(key, kNoDeadline), IsError(ErrorCode::kUnprocessable));
    EXPECT_THAT(store_->SaveOutcome(key, {404, ""}, kNoDeadline),
                IsError(ErrorCode::kUnprocessable));
  }
  EXPECT_THAT(store_->GetNamespace(warehouse_, Path("b"), kNoDeadline),
              IsError(ErrorCode::kNoSuchNamespace));
}

TEST_P(OutcomeSuite, AFailureStoresNothingByItself) {
  ASSERT_THAT(CreateNs("a"), IsOk());
  EXPECT_THAT(CreateNsUnder("a", Key()), IsError(ErrorCode::kAlreadyExists));
  EXPECT_EQ(*store_->FindOutcome(Key(), kNoDeadline), std::nullopt);
  ASSERT_THAT(store_->SaveOutcome(Key(), {409, "exists"}, kNoDeadline), IsOk());
  ASSERT_THAT(DropNs("a"), IsOk());
  auto replayed = CreateNsUnder("a", Key());
  ASSERT_THAT(replayed, IsOk());
  EXPECT_EQ(replayed->replayed->http_status, 409);
  ASSERT_THAT(store_->SaveOutcome(Key(), {500, "later"}, kNoDeadline), IsOk());
  EXPECT_EQ((*store_->FindOutcome(Key(), kNoDeadline))->reference, "exists");
}

TEST_P(OutcomeSuite, ExpiredKeysAreNew) {
  ASSERT_THAT(CreateNsUnder("a", Key()), IsOk());
  clock_.Advance(std::chrono::milliseconds(1000));
  EXPECT_EQ(*store_->FindOutcome(Key(), kNoDeadline), std::nullopt);
  auto again = CreateNsUnder("b", Key());
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(again->replayed.has_value());
  EXPECT_EQ((*store_->FindOutcome(Key(), kNoDeadline))->reference, "ref-b");
}

TEST_P(OutcomeSuite, ACommittedAttemptIsFoundCommitted) {
  MutationContext context = Context();
  context.attempt = Uuid::Random();
  ASSERT_THAT(store_->Execute(CreateNamespace{.path = Path("a")}, context), IsOk());
  EXPECT_THAT(store_->ResolveAttempt(*context.attempt, kNoDeadline),
              IsOkAnd(AttemptState::kCommitted));
  EXPECT_THAT(store_->Execute(CreateNamespace{.path = Path("b")}, context),
              IsError(ErrorCode::kCommitConflict));
}

TEST_P(OutcomeSuite, ATombstoneKeepsALateAttemptOut) {
  MutationContext context = Context();
  context.attempt = Uuid::Random();
  EXPECT_THAT(store_->ResolveAttempt(*context.attempt, kNoDeadline),
              IsOkAnd(AttemptState::kAborted));
  EXPECT_THAT(store_->Execute(CreateNamespace{.path = Path("a")}, context),
              IsError(ErrorCode::kCommitConflict));
  EXPECT_THAT(store_->ResolveAttempt(*context.attempt, kNoDeadline),
              IsOkAnd(AttemptState::kAborted));
  EXPECT_THAT(store_->GetNamespace(warehouse_, Path("a"), kNoDeadline),
              IsError(ErrorCode::kNoSuchNamespace));
}

TEST_P(OutcomeSuite, AFailedAttemptMayBeTriedAgain) {
  MutationContext context = Context();
  context.attempt = Uuid::Random();
  EXPECT_THAT(store_->Execute(CreateNamespace{.path = Path("x.y")}, context),
              IsError(ErrorCode::kNoSuchNamespace));
  ASSERT_THAT(CreateNs("x"), IsOk());
  EXPECT_THAT(store_->Execute(CreateNamespace{.path = Path("x.y")}, context), IsOk());
}

TEST_P(OutcomeSuite, NothingBeginsAfterItsDeadline) {
  MutationContext context = Context();
  context.deadline = MonotonicTime::min();
  EXPECT_THAT(store_->Execute(CreateNamespace{.path = Path("a")}, context),
              IsError(ErrorCode::kDeadlineExceeded));
  EXPECT_THAT(store_->GetNamespace(warehouse_, Path("a"), kNoDeadline),
              IsError(ErrorCode::kNoSuchNamespace));
}

INSTANTIATE_TEST_SUITE_P(Stores, OutcomeSuite, ::testing::ValuesIn(StoreFactories()));

}  // namespace
}  // namespace firn::store::testing
