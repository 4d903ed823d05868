// What callers and memory learn when COMMIT fails: lost, applied but reply lost, database gone.
#include <optional>

#include "server/store/sql/testing/faulty_engine.h"
#include "server/store/sqlite/sqlite_store.h"
#include "server/store/sqlite/testing/faulty_vfs.h"
#include "server/store/testing/store_test.h"

namespace firn::store::sqlite {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using sql::testing::CommitFault;

class CommitFaultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Open({});
    auto warehouse = Run(CreateWarehouse{.name = "main", .location = "/w"}, std::nullopt);
    ASSERT_THAT(warehouse, IsOk());
    warehouse_ = warehouse->warehouse->id;
    ASSERT_THAT(CreateNs("ns"), IsOk());
    ASSERT_THAT(Swap(0, "zero"), IsOk());
  }

  void Open(std::string vfs) {
    store_.reset();
    auto engine = OpenSqliteEngine({.path = folder_.path() + "/catalog.db", .vfs = std::move(vfs)});
    ASSERT_THAT(engine, IsOk());
    auto store = sql::SqlCatalogStore::Make(
        std::make_unique<sql::testing::FaultyEngine>(*std::move(engine), faults_),
        {.clock = &clock_});
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
  }

  Result<MutationResult> Run(const Mutation& mutation, std::optional<Uuid> attempt) {
    MutationContext context;
    context.warehouse = warehouse_;
    context.now = clock_.Now();
    context.attempt = attempt;
    context.deadline = settles_ ? kNoDeadline : MonotonicTime::clock::now() + kSoon;
    return store_->Execute(mutation, context);
  }

  Result<MutationResult> CreateNs(std::string name, std::optional<Uuid> attempt = std::nullopt) {
    return Run(CreateNamespace{.path = {{std::move(name)}}}, attempt);
  }

  /// Creates ns.t where `version` is 0, else moves its pointer on.
  Result<MutationResult> Swap(int64_t version,
                              std::string metadata,
                              std::optional<Uuid> attempt = std::nullopt) {
    ObjectPointer pointer{
        .metadata_location = std::move(metadata), .location = "/w/t", .uuid = "u"};
    if (version == 0) {
      return Run(CommitObjects{{CreateObject{.identifier = name_, .pointer = pointer}}}, attempt);
    }
    auto found = store_->FindObject(warehouse_, name_, ObjectKind::kTable, kNoDeadline);
    return Run(CommitObjects{{SwapObject{.identifier = name_,
                                         .id = (*found)->id,
                                         .expected_version = version,
                                         .pointer = pointer}}},
               attempt);
  }

  std::string Metadata() {
    auto found = store_->FindObject(warehouse_, name_, ObjectKind::kTable, kNoDeadline);
    return found.has_value() && *found != nullptr ? (*found)->pointer.metadata_location : "none";
  }

  void ExpectDenseEvents(size_t count) {
    auto events = store_->ListEvents(warehouse_, 0, 100, kNoDeadline);
    ASSERT_THAT(events, IsOkAnd(::testing::SizeIs(count)));
    EXPECT_EQ(events->back().sequence, static_cast<int64_t>(count));
  }

  static constexpr std::chrono::milliseconds kSoon{30};

  /// False: calls have a deadline, because their outcome cannot be told.
  bool settles_ = true;
  store::testing::TestFolder folder_;
  ManualClock clock_{TimestampMs(1)};
  sql::testing::FaultSwitch faults_;
  std::unique_ptr<CatalogStore> store_;
  WarehouseId warehouse_;
  TableIdentifier name_{{{"ns"}}, "t"};
};

TEST_F(CommitFaultTest, ALostCommitChangedNothingAndIsKnownTo) {
  faults_.fault = CommitFault::kLost;
  Uuid attempt = Uuid::Random();
  EXPECT_THAT(Swap(1, "one", attempt), IsError(ErrorCode::kUnavailable));
  EXPECT_EQ(Metadata(), "zero");
  EXPECT_THAT(Swap(1, "two", attempt), IsOk());
  EXPECT_EQ(Metadata(), "two");
  ExpectDenseEvents(3);
}

TEST_F(CommitFaultTest, ATransactionTheEngineEndedChangedNothing) {
  faults_.transaction_is_lost = true;
  EXPECT_THAT(Swap(1, "one"), IsError(ErrorCode::kUnavailable));
  EXPECT_EQ(Metadata(), "zero");
  EXPECT_THAT(Swap(1, "two"), IsOk());
  ExpectDenseEvents(3);
}

TEST_F(CommitFaultTest, ALostReplyIsFoundOut) {
  faults_.fault = CommitFault::kAppliedReplyLost;
  auto swapped = Swap(1, "one");
  ASSERT_THAT(swapped, IsOk());
  EXPECT_EQ(swapped->objects[0].version, 2);
  EXPECT_EQ(Metadata(), "one");
  ExpectDenseEvents(3);
}

TEST_F(CommitFaultTest, AnUnknownOutcomeIsSettledAsAborted) {
  faults_.fault = CommitFault::kDown;
  Uuid attempt = Uuid::Random();
  settles_ = false;
  EXPECT_THAT(Swap(1, "one", attempt), IsError(ErrorCode::kCommitStateUnknown));
  settles_ = true;
  EXPECT_THAT(CreateNs("other"), IsError(ErrorCode::kUnavailable));
  EXPECT_FALSE(store_->ResolveAttempt(attempt, kNoDeadline).has_value());
  faults_.fault = CommitFault::kNone;
  EXPECT_THAT(store_->ResolveAttempt(attempt, kNoDeadline), IsOkAnd(AttemptState::kAborted));
  EXPECT_THAT(Swap(1, "one", attempt), IsError(ErrorCode::kCommitConflict));
  EXPECT_EQ(Metadata(), "zero");
  EXPECT_THAT(Swap(1, "two", Uuid::Random()), IsOk());
  ExpectDenseEvents(3);
}

TEST_F(CommitFaultTest, AnUnknownOutcomeIsSettledAsCommittedEvenWhenOvertaken) {
  faults_.fault = CommitFault::kAppliedThenDown;
  Uuid attempt = Uuid::Random();
  settles_ = false;
  EXPECT_THAT(Swap(1, "one", attempt), IsError(ErrorCode::kCommitStateUnknown));
  settles_ = true;
  faults_.fault = CommitFault::kNone;
  EXPECT_EQ(Metadata(), "one") << "memory does not hold what may be old";
  EXPECT_THAT(Swap(2, "two"), IsOk());
  EXPECT_THAT(store_->ResolveAttempt(attempt, kNoDeadline), IsOkAnd(AttemptState::kCommitted));
  EXPECT_EQ(Metadata(), "two");
  ExpectDenseEvents(4);
}

TEST_F(CommitFaultTest, ADiskThatCannotSyncEndsInNothingOrUnknown) {
  Open(sqlite::testing::FaultyVfsName());
  sqlite::testing::SetLogSyncFails(true);
  Uuid attempt = Uuid::Random();
  settles_ = false;
  EXPECT_THAT(Swap(1, "one", attempt), IsError(ErrorCode::kCommitStateUnknown));
  settles_ = true;
  EXPECT_EQ(Metadata(), "zero");
  sqlite::testing::SetLogSyncFails(false);
  EXPECT_THAT(store_->ResolveAttempt(attempt, kNoDeadline), IsOkAnd(AttemptState::kAborted));
  EXPECT_EQ(Metadata(), "zero");
  EXPECT_THAT(Swap(1, "two"), IsOk());
  Open({});
  EXPECT_EQ(Metadata(), "two");
  ExpectDenseEvents(3);
}

}  // namespace
}  // namespace firn::store::sqlite
