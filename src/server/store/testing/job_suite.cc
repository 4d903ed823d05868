// Jobs and their fencing tokens; events.
#include "server/store/testing/store_test.h"

namespace firn::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class JobSuite : public StoreTest {
 protected:
  void AddJob(std::string_view table, int64_t run_after_ms = 0) {
    ASSERT_THAT(Create(table), IsOk());
    ASSERT_THAT(Run(DropObject{.identifier = Name(table),
                               .purge = NewJob{.kind = "purge",
                                               .payload = "\"" + std::string(table) + "\"",
                                               .run_after = TimestampMs(run_after_ms)}}),
                IsOk());
  }

  std::optional<JobRecord> Claim(std::string_view owner, int64_t now_ms, int64_t until_ms) {
    auto job = store_->ClaimJob(owner, TimestampMs(now_ms), TimestampMs(until_ms));
    EXPECT_THAT(job, IsOk());
    return job.has_value() ? *job : std::nullopt;
  }
};

TEST_P(JobSuite, AreClaimedInOrderWhenDue) {
  AddJob("ns.late", 500);
  AddJob("ns.soon", 100);
  EXPECT_EQ(Claim("w", 99, 1000), std::nullopt);
  auto first = Claim("w", 600, 1000);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->payload, "\"ns.soon\"");
  EXPECT_EQ(first->state, JobState::kRunning);
  EXPECT_EQ(first->attempts, 1);
  EXPECT_EQ(first->warehouse, warehouse_);
  auto second = Claim("w", 600, 1000);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->payload, "\"ns.late\"");
  EXPECT_EQ(Claim("w", 600, 1000), std::nullopt);
}

TEST_P(JobSuite, ATakeOverFencesTheFormerWorker) {
  AddJob("ns.t");
  auto first = Claim("one", 0, 100);
  ASSERT_TRUE(first.has_value());
  ASSERT_THAT(store_->SaveJobProgress(*first, "{\"at\":1}", TimestampMs(200)), IsOk());
  EXPECT_EQ(Claim("two", 150, 300), std::nullopt);
  auto second = Claim("two", 200, 300);
  ASSERT_TRUE(second.has_value());
  EXPECT_GT(second->token, first->token);
  EXPECT_EQ(second->progress, "{\"at\":1}");
  EXPECT_THAT(store_->SaveJobProgress(*first, "{}", TimestampMs(500)),
              IsError(ErrorCode::kCommitConflict));
  EXPECT_THAT(store_->FinishJob(*first, "", std::nullopt), IsError(ErrorCode::kCommitConflict));
  EXPECT_THAT(store_->FinishJob(*second, "", std::nullopt), IsOk());
  EXPECT_THAT(store_->FinishJob(*second, "", std::nullopt), IsError(ErrorCode::kCommitConflict));
  EXPECT_EQ(Claim("two", 1000, 2000), std::nullopt);
}

TEST_P(JobSuite, AreRetriedOrFail) {
  AddJob("ns.t");
  auto job = Claim("w", 0, 100);
  ASSERT_THAT(store_->FinishJob(*job, "disk", TimestampMs(500)), IsOk());
  EXPECT_EQ(Claim("w", 499, 1000), std::nullopt);
  job = Claim("w", 500, 1000);
  ASSERT_TRUE(job.has_value());
  EXPECT_EQ(job->attempts, 2);
  EXPECT_EQ(job->last_error, "disk");
  ASSERT_THAT(store_->FinishJob(*job, "for good", std::nullopt), IsOk());
  Reopen();
  auto jobs = store_->ListJobs("purge", 10, kNoDeadline);
  ASSERT_THAT(jobs, IsOkAnd(SizeIs(1)));
  EXPECT_EQ(jobs->at(0).state, JobState::kFailed);
  EXPECT_EQ(jobs->at(0).last_error, "for good");
  EXPECT_THAT(store_->ListJobs("other", 10, kNoDeadline), IsOkAnd(SizeIs(0)));
  EXPECT_THAT(store_->ListJobs("", 10, kNoDeadline), IsOkAnd(SizeIs(1)));
}

TEST_P(JobSuite, EventsTellEveryChange) {
  ASSERT_THAT(CreateNs("a"), IsOk());
  ASSERT_THAT(Run(UpdateNamespaceProperties{.path = Path("a"), .updates = {{"k", "v"}}}), IsOk());
  ASSERT_THAT(Create("ns.t"), IsOk());
  ASSERT_THAT(Swap("ns.t", 1, "next"), IsOk());
  ASSERT_THAT(Rename("ns.t", "a.u"), IsOk());
  ASSERT_THAT(Create("ns.v", ObjectKind::kView), IsOk());
  EXPECT_THAT(Create("ns.v", ObjectKind::kView), IsError(ErrorCode::kAlreadyExists));
  ASSERT_THAT(Drop("a.u"), IsOk());
  CreateObject registered{.identifier = Name("ns.r"), .pointer = Pointer("r"), .registers = true};
  ASSERT_THAT(Run(CommitObjects{{registered}}), IsOk());
  ASSERT_THAT(DropNs("a"), IsOk());
  EXPECT_THAT(EventTypes(),
              ElementsAre("namespace.created", "namespace.created", "namespace.updated",
                          "table.created", "table.updated", "table.renamed", "view.created",
                          "table.dropped", "table.registered", "namespace.dropped"));
  auto events = Events();
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].sequence, static_cast<int64_t>(i) + 1);
  }
  EXPECT_EQ(events[5].name_space, Path("ns"));
  EXPECT_EQ(events[5].name, "t");
  EXPECT_THAT(events[5].detail, HasSubstr(R"("to":{"namespace":["a"],"name":"u"})"));
  EXPECT_EQ(events[9].name, "");
  EXPECT_THAT(store_->ListEvents(warehouse_, 4, 2, kNoDeadline)->front().type, "table.updated");
  EXPECT_THAT(store_->ListEvents(warehouse_, 4, 2, kNoDeadline), IsOkAnd(SizeIs(2)));
}

INSTANTIATE_TEST_SUITE_P(Stores, JobSuite, ::testing::ValuesIn(StoreFactories()));

}  // namespace
}  // namespace firn::store::testing
