// Jobs and their fencing tokens; events.
#include "server/store/testing/store_test.h"

namespace firn::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class JobSuite : public StoreTest {
 protected:
  static constexpr int64_t kLater = 1'000'000;

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
  auto jobs = store_->ListJobs({.kind = "purge", .limit = 10});
  ASSERT_THAT(jobs, IsOkAnd(SizeIs(1)));
  EXPECT_EQ(jobs->at(0).state, JobState::kFailed);
  EXPECT_EQ(jobs->at(0).last_error, "for good");
}

TEST_P(JobSuite, AreListedNewestFirst) {
  AddJob("ns.a");
  AddJob("ns.b", 500);
  AddJob("ns.c", 500);
  auto ids = [&](const JobFilter& filter) {
    std::vector<int64_t> found;
    auto jobs = store_->ListJobs(filter);
    EXPECT_THAT(jobs, IsOk());
    for (const JobRecord& job : *jobs) {
      found.push_back(job.id.value());
    }
    return found;
  };
  auto running = Claim("w", 0, 100);
  EXPECT_THAT(ids({.limit = 10}), ElementsAre(3, 2, 1));
  EXPECT_THAT(ids({.limit = 2}), ElementsAre(3, 2));
  EXPECT_THAT(ids({.before = JobId(3), .limit = 10}), ElementsAre(2, 1));
  EXPECT_THAT(ids({.kind = "other", .limit = 10}), ElementsAre());
  EXPECT_THAT(ids({.state = JobState::kRunning, .limit = 10}), ElementsAre(1));
  EXPECT_THAT(ids({.kind = "purge", .state = JobState::kQueued, .before = JobId(3), .limit = 10}),
              ElementsAre(2));
  EXPECT_EQ((*store_->FindJob(JobId(2)))->payload, "\"ns.b\"");
  EXPECT_EQ(*store_->FindJob(JobId(9)), std::nullopt);
}

TEST_P(JobSuite, AFailedOneIsRetriedByAnOperator) {
  AddJob("ns.t");
  auto job = Claim("w", 0, 100);
  ASSERT_THAT(store_->FinishJob(*job, "for good", std::nullopt), IsOk());
  EXPECT_EQ(Claim("w", kLater, 2 * kLater), std::nullopt);
  auto retried = Run(RetryJob{job->id});
  ASSERT_THAT(retried, IsOk());
  EXPECT_EQ(retried->job->state, JobState::kQueued);
  EXPECT_EQ(retried->job->attempts, 0);
  EXPECT_EQ(retried->job->last_error, "for good");
  auto again = Claim("w", clock_.Now().value(), kLater);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->attempts, 1);
  EXPECT_GT(again->token, job->token);
  EXPECT_THAT(Run(RetryJob{job->id}), IsError(ErrorCode::kConflict));  // it runs
  ASSERT_THAT(store_->FinishJob(*again, "", std::nullopt), IsOk());
  EXPECT_THAT(Run(RetryJob{job->id}), IsError(ErrorCode::kConflict));  // it is done
  EXPECT_THAT(Run(RetryJob{JobId(99)}), IsError(ErrorCode::kNotFound));
}

TEST_P(JobSuite, AWaitingOneIsRetriedOnlyAfterItsFirstTry) {
  int64_t now = clock_.Now().value();
  AddJob("ns.t", now - 1);
  AddJob("ns.delayed", now + kLater);
  auto job = Claim("w", now, now + 100);
  ASSERT_THAT(store_->FinishJob(*job, "disk", TimestampMs(now + kLater)), IsOk());
  EXPECT_EQ(Claim("w", now, now + 100), std::nullopt);
  ASSERT_THAT(Run(RetryJob{job->id}), IsOk());
  EXPECT_EQ(Claim("w", now, now + 100)->id, job->id);
  EXPECT_THAT(Run(RetryJob{JobId(2)}), IsError(ErrorCode::kConflict));
  EXPECT_EQ(Claim("w", now, now + 100), std::nullopt);
}

TEST_P(JobSuite, ACancelledOneEndsAndFreesItsLocation) {
  int64_t now = clock_.Now().value();
  ASSERT_THAT(CreateAt("ns.t", "file:///w/place"), IsOk());
  ASSERT_THAT(Run(DropObject{.identifier = Name("ns.t"),
                             .purge = NewJob{.kind = "purge",
                                             .payload = "{}",
                                             .run_after = TimestampMs(now + kLater)}}),
              IsOk());
  EXPECT_THAT(CreateAt("ns.u", "file:///w/place"), IsError(ErrorCode::kInvalidArgument));
  auto cancelled = Run(CancelJob{JobId(1)});
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->job->state, JobState::kCancelled);
  EXPECT_EQ(Claim("w", now + 2 * kLater, now + 3 * kLater), std::nullopt);
  EXPECT_THAT(CreateAt("ns.u", "file:///w/place"), IsOk());
  EXPECT_THAT(Run(CancelJob{JobId(1)}), IsError(ErrorCode::kConflict));
  EXPECT_THAT(Run(RetryJob{JobId(1)}), IsError(ErrorCode::kConflict));
  EXPECT_THAT(Run(CancelJob{JobId(99)}), IsError(ErrorCode::kNotFound));
}

TEST_P(JobSuite, OneThatIsCancelledWhileItRunsKeepsItsLocationForItsLease) {
  int64_t now = clock_.Now().value();
  ASSERT_THAT(CreateAt("ns.t", "file:///w/place"), IsOk());
  ASSERT_THAT(Run(DropObject{.identifier = Name("ns.t"),
                             .purge = NewJob{.kind = "purge", .payload = "{}", .run_after = {}}}),
              IsOk());
  auto job = Claim("w", now, now + 100);
  ASSERT_THAT(Run(CancelJob{job->id}), IsOk());
  // Whoever works on it learns of it before the next batch.
  EXPECT_THAT(store_->SaveJobProgress(*job, "{}", TimestampMs(now + 200)),
              IsError(ErrorCode::kCommitConflict));
  EXPECT_THAT(store_->FinishJob(*job, "", std::nullopt), IsError(ErrorCode::kCommitConflict));
  EXPECT_THAT(CreateAt("ns.u", "file:///w/place"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(CreateAt("ns.u", "file:///w/place/below"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(CreateAt("ns.u", "file:///w"), IsError(ErrorCode::kInvalidArgument));
  clock_.Advance(std::chrono::milliseconds(101));
  EXPECT_THAT(CreateAt("ns.u", "file:///w/place"), IsOk());
}

TEST_P(JobSuite, AWarehouseStaysWhileItHasUnfinishedOnes) {
  AddJob("ns.t");
  ASSERT_THAT(DropNs("ns"), IsOk());
  auto refused = Run(DropWarehouse{"main"});
  EXPECT_THAT(refused, IsError(ErrorCode::kConflict));
  EXPECT_THAT(MessageOf(refused), HasSubstr("not finished: 1"));
  auto job = Claim("w", 0, 100);
  EXPECT_THAT(Run(DropWarehouse{"main"}), IsError(ErrorCode::kConflict));
  ASSERT_THAT(store_->FinishJob(*job, "for good", std::nullopt), IsOk());
  EXPECT_THAT(Run(DropWarehouse{"main"}), IsError(ErrorCode::kConflict));
  ASSERT_THAT(Run(CancelJob{job->id}), IsOk());
  EXPECT_THAT(Run(DropWarehouse{"main"}), IsOk());
}

TEST_P(JobSuite, JobsOfOtherWarehousesDoNotHoldOne) {
  AddJob("ns.t");
  ASSERT_THAT(Run(CreateWarehouse{.name = "other", .location = "file:///o", .properties = {}}),
              IsOk());
  EXPECT_THAT(Run(DropWarehouse{"other"}), IsOk());
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
  EXPECT_THAT(store_->ListEvents(warehouse_, 4, 2)->front().type, "table.updated");
  EXPECT_THAT(store_->ListEvents(warehouse_, 4, 2), IsOkAnd(SizeIs(2)));
}

INSTANTIATE_TEST_SUITE_P(Stores, JobSuite, ::testing::ValuesIn(StoreFactories()));

}  // namespace
}  // namespace firn::store::testing
