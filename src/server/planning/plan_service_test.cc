// Plans over a real SQLite store: paging, tokens, pauses, expiry, other processes.
#include "server/planning/plan_service.h"

#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "base/testing/matchers.h"
#include "iceberg/expression/expression_text.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "server/planning/testing/names_sink.h"
#include "server/service/tables.h"
#include "server/service/testing/test_catalog.h"
#include "table/plan/testing/planned_table.h"

namespace firn::planning {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using table::testing::DataFileOf;
using table::testing::PlannedTable;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::NamesSink;
using ::testing::Not;
using ::testing::SizeIs;

class PlanServiceTest : public ::testing::Test {
 protected:
  PlanServiceTest() { planning_.page_files = 2; }

  service::Environment environment() { return catalog_.environment(); }

  /// A snapshot of one manifest with `files` files, ids in steps of 10 from `first` on.
  iceberg::SnapshotId Append(int files, int first) {
    std::vector<iceberg::DataFile> added;
    for (int i = first; i < first + files; ++i) {
      added.push_back(DataFileOf("f" + std::to_string(i), 1, i * 10, i * 10 + 9));
    }
    return table_.Commit(std::move(added));
  }
  /// Puts the table as it is now under ns.t.
  void Publish() {
    std::string location = "s3://warehouse/t/metadata/" + std::to_string(++published_) +
                           "-9c12d441-03fe-4693-9a96-a0705ddf69c1.metadata.json";
    ASSERT_THAT(table_.store().Write(location, iceberg::PrintTableMetadata(*table_.metadata()),
                                     storage::WriteMode::kCreateNew),
                IsOk());
    service::TableService tables(environment());
    ASSERT_THAT(tables.Register(call_, kTable, location, published_ > 1), IsOk());
  }

  store::IdempotencyKey KeyOf(std::string key) const {
    return {.key = std::move(key),
            .principal = call_.principal,
            .warehouse = call_.warehouse.id,
            .operation = "POST plan",
            .body_hash = "h",
            .expires_at = TimestampMs(2'000'000)};
  }

  /// The first page of a plan that is kept, and tokens for the rest.
  struct Started {
    std::string id;
    std::vector<std::string> names;
    std::vector<std::string> tokens;
  };
  Result<Started> Start(PlanService& plans, const PlanRequest& request) {
    ASSIGN_OR_RETURN(OpenPlan plan, plans.Begin(call_, kTable, request));
    NamesSink sink(2);
    ASSIGN_OR_RETURN(auto tokens, plans.Read(call_, plan, plan.whole(), sink));
    ASSIGN_OR_RETURN(auto id, plans.Keep(call_, plan, tokens.empty()));
    return Started{std::get<std::string>(id), sink.names, tokens};
  }
  /// All files behind `tokens` and the tokens that those give.
  Result<std::vector<std::string>> ReadAll(PlanService& plans, std::vector<std::string> tokens) {
    std::vector<std::string> names;
    while (!tokens.empty()) {
      std::string token = tokens.back();
      tokens.pop_back();
      ASSIGN_OR_RETURN(OpenTask task, plans.Open(call_, kTable, token));
      NamesSink sink(2);
      ASSIGN_OR_RETURN(auto more, plans.Read(call_, task.plan, task.slice, sink));
      names.insert(names.end(), sink.names.begin(), sink.names.end());
      tokens.insert(tokens.end(), more.begin(), more.end());
    }
    return names;
  }

  inline static const TableIdentifier kTable{NamespacePath{{"ns"}}, "t"};
  inline static const TableIdentifier kOther{NamespacePath{{"ns"}}, "u"};
  PlannedTable table_;
  service::testing::TestCatalog catalog_{table_.store()};
  service::CallContext& call_ = catalog_.call();
  ManualClock& clock_ = catalog_.clock();
  PlanningOptions planning_;
  int published_ = 0;
};

TEST_F(PlanServiceTest, AnEmptyTableHasNoFiles) {
  Publish();
  PlanService plans(environment(), planning_);
  ASSERT_OK_AND_ASSIGN(Started started, Start(plans, {}));
  EXPECT_THAT(started.names, IsEmpty());
  EXPECT_THAT(started.tokens, IsEmpty());
  // What comes later is not in the plan.
  call_.idempotency = KeyOf("k");
  ASSERT_OK_AND_ASSIGN(started, Start(plans, {}));
  Append(1, 0);
  Publish();
  ASSERT_OK_AND_ASSIGN(OpenPlan plan, plans.Fetch(call_, kTable, started.id));
  EXPECT_EQ(plan.whole(), PlanSlice());
}

TEST_F(PlanServiceTest, ASmallPlanIsGivenWhole) {
  Append(2, 0);
  Publish();
  PlanService plans(environment(), planning_);
  ASSERT_OK_AND_ASSIGN(Started started, Start(plans, {}));
  EXPECT_THAT(started.names, ElementsAre("f0", "f1"));
  EXPECT_THAT(started.tokens, IsEmpty());
}

TEST_F(PlanServiceTest, AnotherProcessReadsTheTasks) {
  Append(5, 0);
  Append(3, 5);
  Publish();
  auto plans = std::make_unique<PlanService>(environment(), planning_);
  ASSERT_OK_AND_ASSIGN(Started started, Start(*plans, {}));
  EXPECT_THAT(started.names, SizeIs(2));
  plans.reset();
  Append(4, 8);  // a commit meanwhile changes nothing for the plan
  Publish();
  PlanService other(environment(), planning_);
  ASSERT_OK_AND_ASSIGN(auto rest, ReadAll(other, started.tokens));
  std::set<std::string> all(started.names.begin(), started.names.end());
  all.insert(rest.begin(), rest.end());
  EXPECT_EQ(started.names.size() + rest.size(), 8U);
  EXPECT_EQ(all.size(), 8U);
  // A task may be read again.
  ASSERT_OK_AND_ASSIGN(auto again, ReadAll(other, started.tokens));
  EXPECT_EQ(again, rest);
}

TEST_F(PlanServiceTest, FiltersAreKeptWithThePlan) {
  Append(8, 0);
  Publish();
  PlanRequest request;
  ASSERT_OK_AND_ASSIGN(request.filter, iceberg::ParseExpressionText("id < 45"));
  PlanService plans(environment(), planning_);
  ASSERT_OK_AND_ASSIGN(Started started, Start(plans, request));
  PlanService other(environment(), planning_);
  ASSERT_OK_AND_ASSIGN(auto rest, ReadAll(other, started.tokens));
  EXPECT_EQ(started.names.size() + rest.size(), 5U);
}

TEST_F(PlanServiceTest, ATaskIsForItsPrincipalTableAndKeyOnly) {
  Append(5, 0);
  Publish();
  PlanService plans(environment(), planning_);
  ASSERT_OK_AND_ASSIGN(Started started, Start(plans, {}));
  std::string token = started.tokens.at(0);
  EXPECT_THAT(plans.Open(call_, kTable, token), IsOk());
  service::CallContext other = call_;
  other.principal = "bob";
  EXPECT_THAT(plans.Open(other, kTable, token), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(plans.Fetch(other, kTable, started.id), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(plans.Cancel(other, kTable, started.id), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(plans.Open(call_, kOther, token), IsError(ErrorCode::kNoSuchTable));
  service::TableService tables(environment());
  service::CreateTableRequest other_table;
  other_table.identifier = kOther;
  other_table.schema = table_.metadata()->current_schema();
  ASSERT_THAT(tables.Create(call_, other_table), IsOk());
  EXPECT_THAT(plans.Open(call_, kOther, token), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(plans.Fetch(call_, kOther, started.id), IsError(ErrorCode::kNotFound));
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(plans.Open(call_, kTable, changed), IsError(ErrorCode::kNotFound)) << i;
  }
  EXPECT_THAT(plans.Open(call_, kTable, ""), IsError(ErrorCode::kNotFound));
}

TEST_F(PlanServiceTest, APlanExpiresUnlessItIsAskedFor) {
  Append(5, 0);
  Publish();
  planning_.plan_ttl = std::chrono::minutes(10);
  PlanService plans(environment(), planning_);
  ASSERT_OK_AND_ASSIGN(Started started, Start(plans, {}));
  clock_.Advance(std::chrono::minutes(9));
  EXPECT_THAT(plans.Open(call_, kTable, started.tokens.at(0)), IsOk());
  clock_.Advance(std::chrono::minutes(9));
  EXPECT_THAT(plans.Fetch(call_, kTable, started.id), IsOk());
  clock_.Advance(std::chrono::minutes(10));
  EXPECT_THAT(plans.Fetch(call_, kTable, started.id), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(plans.Open(call_, kTable, started.tokens.at(0)), IsError(ErrorCode::kNotFound));
}

TEST_F(PlanServiceTest, ACancelledPlanIsGone) {
  Append(5, 0);
  Publish();
  PlanService plans(environment(), planning_);
  ASSERT_OK_AND_ASSIGN(Started started, Start(plans, {}));
  EXPECT_THAT(plans.Cancel(call_, kTable, started.id), IsOk());
  EXPECT_THAT(plans.Fetch(call_, kTable, started.id), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(plans.Open(call_, kTable, started.tokens.at(0)), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(plans.Cancel(call_, kTable, started.id), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(plans.Cancel(call_, kTable, "no uuid"), IsError(ErrorCode::kNotFound));
}

TEST_F(PlanServiceTest, AppendsBetweenTwoSnapshots) {
  auto first = Append(1, 0);
  Append(1, 1);
  auto last = Append(1, 2);
  Append(1, 3);
  Publish();
  PlanService plans(environment(), planning_);
  PlanRequest request;
  request.start = first;
  request.end = last;
  ASSERT_OK_AND_ASSIGN(Started started, Start(plans, request));
  EXPECT_THAT(started.names, ::testing::UnorderedElementsAre("f1", "f2"));
}

TEST_F(PlanServiceTest, EnoughRowsEndThePlan) {
  Append(5, 0);
  Append(5, 5);
  Publish();
  PlanService plans(environment(), planning_);
  PlanRequest request;
  request.min_rows = 15;  // a file has 10
  ASSERT_OK_AND_ASSIGN(Started started, Start(plans, request));
  EXPECT_THAT(started.names, SizeIs(2));
  EXPECT_THAT(started.tokens, IsEmpty());
}

TEST_F(PlanServiceTest, AnAppendScanEndsWithTheSnapshotsBetween) {
  auto first = Append(3, 0);
  auto second = Append(3, 3);
  auto last = Append(3, 6);
  Publish();
  PlanService plans(environment(), planning_);
  PlanRequest request;
  request.start = first;
  request.end = last;
  ASSERT_OK_AND_ASSIGN(Started started, Start(plans, request));
  ASSERT_THAT(started.tokens, Not(IsEmpty()));
  table_.Expire(second);
  Publish();
  PlanService other(environment(), planning_);
  EXPECT_THAT(other.Fetch(call_, kTable, started.id), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(other.Open(call_, kTable, started.tokens.at(0)), IsError(ErrorCode::kNotFound));
}

TEST_F(PlanServiceTest, APlanEndsWithItsTable) {
  Append(5, 0);
  Publish();
  PlanService plans(environment(), planning_);
  ASSERT_OK_AND_ASSIGN(Started started, Start(plans, {}));
  service::TableService tables(environment());
  ASSERT_THAT(tables.Drop(call_, kTable, false), IsOk());
  EXPECT_THAT(plans.Fetch(call_, kTable, started.id), IsError(ErrorCode::kNoSuchTable));
  Publish();  // the same metadata under the same name
  EXPECT_THAT(plans.Fetch(call_, kTable, started.id), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(plans.Open(call_, kTable, started.tokens.at(0)), IsError(ErrorCode::kNotFound));
}

TEST_F(PlanServiceTest, AMissingManifestIsTheTablesFault) {
  Append(3, 0);
  Publish();
  ASSERT_THAT(table_.store().Delete("s3://warehouse/t/metadata/1-data.avro"), IsOk());
  PlanService plans(environment(), planning_);
  EXPECT_THAT(Start(plans, {}), IsError(ErrorCode::kInvalidMetadata));
}

TEST_F(PlanServiceTest, ACorruptManifestIsNamed) {
  Append(3, 0);
  Publish();
  const std::string file = "s3://warehouse/t/metadata/1-data.avro";
  ASSERT_OK_AND_ASSIGN(std::string bytes, table_.store().Read(file, 1 << 20));
  // In the header, which is JSON.
  bytes.at(bytes.find("\"type\"", bytes.find("avro.schema"))) = 'x';
  ASSERT_THAT(table_.store().Delete(file), IsOk());
  ASSERT_THAT(table_.store().Write(file, bytes, storage::WriteMode::kCreateNew), IsOk());
  PlanService plans(environment(), planning_);
  auto started = Start(plans, {});
  EXPECT_THAT(started, IsError(ErrorCode::kInvalidMetadata));
  EXPECT_THAT(started.error().message(), HasSubstr(file));
}

TEST_F(PlanServiceTest, ManifestsElsewhereAreNotRead) {
  Append(1, 0);
  Publish();
  call_.warehouse.location = "s3://another";
  PlanService plans(environment(), planning_);
  EXPECT_THAT(plans.Begin(call_, kTable, {}), IsError(ErrorCode::kForbidden));
}

TEST_F(PlanServiceTest, APlanThatWasGivenWholeCanBeCancelledByWhoAskedForIt) {
  Append(2, 0);
  Publish();
  PlanService plans(environment(), planning_);
  ASSERT_OK_AND_ASSIGN(Started started, Start(plans, {}));
  service::CallContext other = call_;
  other.principal = "bob";
  EXPECT_THAT(plans.Cancel(other, kTable, started.id), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(plans.Open(call_, kTable, started.id), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(plans.Fetch(call_, kTable, started.id), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(plans.Cancel(call_, kTable, started.id), IsOk());
}

TEST_F(PlanServiceTest, ARepeatedCallHasThePlanOfTheFirst) {
  Append(2, 0);
  Publish();
  PlanService plans(environment(), planning_);
  call_.idempotency = KeyOf("k");
  ASSERT_OK_AND_ASSIGN(Started started, Start(plans, {}));
  ASSERT_OK_AND_ASSIGN(OpenPlan again, plans.Begin(call_, kTable, {}));
  ASSERT_OK_AND_ASSIGN(auto kept, plans.Keep(call_, again, true));
  ASSERT_TRUE(std::holds_alternative<store::StoredOutcome>(kept));
  EXPECT_EQ(std::get<store::StoredOutcome>(kept).reference, started.id);
  EXPECT_THAT(plans.Fetch(call_, kTable, started.id), IsOk());
}

TEST_F(PlanServiceTest, AFilterMayNotBeEndless) {
  Append(1, 0);
  Publish();
  PlanRequest request;
  // A term of text is shorter than all of it may be; two are not.
  std::string half = "name = '" + std::string(kMaxPlanSpecBytes / 2, 'x') + "'";
  ASSERT_OK_AND_ASSIGN(request.filter, iceberg::ParseExpressionText(half));
  request.filter = iceberg::Expression::And(request.filter, request.filter);
  PlanService plans(environment(), planning_);
  EXPECT_THAT(plans.Begin(call_, kTable, request), IsError(ErrorCode::kPayloadTooLarge));
}

TEST_F(PlanServiceTest, CallsOfOneServiceRunSideBySide) {
  Append(40, 0);
  Append(40, 40);
  Publish();
  PlanService plans(environment(), planning_);
  std::vector<std::jthread> threads;
  threads.reserve(6);
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      ASSERT_OK_AND_ASSIGN(Started started, Start(plans, {}));
      ASSERT_OK_AND_ASSIGN(auto rest, ReadAll(plans, started.tokens));
      std::set<std::string> all(started.names.begin(), started.names.end());
      all.insert(rest.begin(), rest.end());
      EXPECT_THAT(all, SizeIs(80));
      EXPECT_EQ(started.names.size() + rest.size(), 80U);
      EXPECT_THAT(plans.Cancel(call_, kTable, started.id), IsOk());
    });
  }
}

TEST_F(PlanServiceTest, RefusesWhatDoesNotFitTheTable) {
  auto snapshot = Append(1, 0);
  Publish();
  PlanService plans(environment(), planning_);
  auto refused = [&](const PlanRequest& request) {
    EXPECT_THAT(plans.Begin(call_, kTable, request), IsError(ErrorCode::kInvalidArgument));
  };
  refused({.snapshot = iceberg::SnapshotId(99)});
  refused({.start = snapshot});
  refused({.end = snapshot});
  refused({.snapshot = snapshot, .start = snapshot, .end = snapshot});
  refused({.select = {"nobody"}});
  refused({.stats_fields = {"nobody"}});
  refused({.select = {"ID"}});
  refused({.min_rows = -1});
  PlanRequest filter;
  ASSERT_OK_AND_ASSIGN(filter.filter, iceberg::ParseExpressionText("nobody = 1"));
  refused(filter);
  EXPECT_THAT(plans.Begin(call_, kTable, {.select = {"ID", "_pos"}, .case_sensitive = false}),
              IsOk());
  EXPECT_THAT(plans.Begin(call_, kOther, {}), IsError(ErrorCode::kNoSuchTable));
}

}  // namespace
}  // namespace firn::planning
