// Groups: who shares a transaction, who is refused, who gives up.
#include "server/store/sql/write_queue.h"

#include <atomic>
#include <chrono>
#include <latch>
#include <optional>
#include <thread>

#include "server/store/sql/migrate.h"
#include "server/store/sql/testing/faulty_engine.h"
#include "server/store/sqlite/sqlite_store.h"
#include "server/store/testing/store_test.h"

namespace firn::store::sqlite {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;

constexpr sql::Statement kInsert{"insert", "INSERT INTO audit VALUES (NULL, 0, '', '', 0, :a, '')"};
constexpr sql::Statement kCount{"count", "SELECT COUNT(*) FROM audit"};

class WriteQueueTest : public ::testing::Test {
 protected:
  /// Opens the queue with a first change that has been begun and hangs until Release.
  void Open(const sql::WriteQueueLimits& limits,
            std::optional<std::chrono::milliseconds> first_time = std::nullopt) {
    auto engine = OpenSqliteEngine({.path = folder_.path() + "/catalog.db"});
    ASSERT_THAT(engine, IsOk());
    engine_ = std::make_unique<sql::testing::FaultyEngine>(*std::move(engine), faults_);
    auto session = engine_->OpenWriter();
    ASSERT_THAT(session, IsOk());
    ASSERT_THAT(sql::Migrate(**session), IsOk());
    // Holds the writer inside its first group until Release.
    faults_.before_commit = [this] { gate_.wait(); };
    faults_.begun = 0;
    queue_ = std::make_unique<sql::WriteQueue>(
        std::make_unique<sql::GroupCommit>(*std::move(session), pointers_, clock_,
                                           sql::RetentionLimits()),
        limits);
    first_ = std::jthread([this, first_time] {
      first_result_ = Insert(first_time ? MonotonicTime::clock::now() + *first_time : kNoDeadline);
      first_ended_ = true;
    });
    while (faults_.begun == 0 && !first_ended_) {
      std::this_thread::yield();
    }
  }

  void Release() { gate_.count_down(); }

  void AwaitWaiting(size_t count) {
    while (queue_->stats().waiting < static_cast<int64_t>(count)) {
      std::this_thread::yield();
    }
  }

  Status Insert(MonotonicTime deadline = kNoDeadline) {
    sql::Work work = [](sql::Transaction& transaction) -> Status {
      RETURN_IF_ERROR(transaction.session.Execute(kInsert, {{":a", "x"}}));
      return {};
    };
    return queue_->Run(work, deadline);
  }

  Status InsertAndFail() {
    sql::Work work = [](sql::Transaction& transaction) -> Status {
      RETURN_IF_ERROR(transaction.session.Execute(kInsert, {{":a", "x"}}));
      transaction.events.push_back({});
      return Error(ErrorCode::kAlreadyExists, "on purpose");
    };
    return queue_->Run(work, kNoDeadline);
  }

  int64_t Rows() {
    auto session = engine_->OpenReader();
    EXPECT_THAT(session, IsOk());
    int64_t count = -1;
    EXPECT_THAT((*session)->Query(kCount, {},
                                  [&](const sql::Row& row) -> Status {
                                    count = row.Int(0);
                                    return {};
                                  }),
                IsOk());
    return count;
  }

  store::testing::TestFolder folder_;
  ManualClock clock_{TimestampMs(1)};
  sql::PointerCache pointers_{1 << 20};
  sql::testing::FaultSwitch faults_;
  std::latch gate_{1};
  std::unique_ptr<sql::Engine> engine_;
  std::unique_ptr<sql::WriteQueue> queue_;
  Status first_result_;
  std::atomic<bool> first_ended_ = false;
  std::jthread first_;
};

TEST_F(WriteQueueTest, WhatWaitsCommitsTogetherAndFailuresStayAlone) {
  Open({});
  {
    std::jthread good([&] { EXPECT_THAT(Insert(), IsOk()); });
    std::jthread bad([&] { EXPECT_THAT(InsertAndFail(), IsError(ErrorCode::kAlreadyExists)); });
    std::jthread other([&] { EXPECT_THAT(Insert(), IsOk()); });
    AwaitWaiting(3);
    Release();
  }
  first_.join();
  EXPECT_THAT(first_result_, IsOk());
  EXPECT_EQ(faults_.begun, 2);
  EXPECT_EQ(Rows(), 3);
}

TEST_F(WriteQueueTest, AFullQueueRefuses) {
  Open({.max_waiting = 1, .max_group = 8});
  std::jthread waiting([&] { EXPECT_THAT(Insert(), IsOk()); });
  AwaitWaiting(1);
  EXPECT_THAT(Insert(), IsError(ErrorCode::kResourceExhausted));
  Release();
}

TEST_F(WriteQueueTest, ADeadlineWithdrawsWhatStillWaits) {
  Open({});
  EXPECT_THAT(Insert(MonotonicTime::min()), IsError(ErrorCode::kDeadlineExceeded));
  auto soon = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
  EXPECT_THAT(Insert(soon), IsError(ErrorCode::kDeadlineExceeded));
  EXPECT_EQ(queue_->stats().waiting, 0);
  Release();
  first_.join();
  queue_.reset();
  EXPECT_EQ(Rows(), 1);
}

TEST_F(WriteQueueTest, WhatHangsInCommitIsUnknownAtItsDeadline) {
  Open({}, std::chrono::milliseconds(200));
  first_.join();
  EXPECT_THAT(first_result_, IsError(ErrorCode::kCommitStateUnknown));
  Release();
  queue_.reset();
  EXPECT_EQ(Rows(), 1);
}

}  // namespace
}  // namespace firn::store::sqlite
