// History is trimmed to its limits, a step at a time.
#include "server/store/sql/retention.h"

#include "server/store/sql/migrate.h"
#include "server/store/sqlite/sqlite_session.h"
#include "server/store/testing/store_test.h"

namespace firn::store::sqlite {
namespace {

using firn::testing::IsOk;

class RetentionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto session = SqliteSession::Open({.path = folder_.path() + "/catalog.db"});
    ASSERT_THAT(session, IsOk());
    session_ = *std::move(session);
    ASSERT_THAT(sql::Migrate(*session_), IsOk());
    ASSERT_THAT(session_->Run(R"sql(
        INSERT INTO warehouses VALUES (1, 'w', '/w', 'file:///w', '{}', 0, 2000, 0);
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
        INSERT INTO events SELECT 1, i, '', 0, '', '', '', '' FROM n;
        INSERT INTO audit (time_ms, principal, request_id, warehouse_id, action, target)
        SELECT 0, '', '', 1, '', '' FROM events;
        INSERT INTO metrics_reports (object_id, time_ms, type, report)
        SELECT 1, 0, '', '' FROM events;
        INSERT INTO commit_attempts (attempt, committed, time_ms)
        SELECT sequence, 1, 0 FROM events;
        INSERT INTO object_versions
          (object_id, version, warehouse_id, sequence, metadata_location, time_ms)
        SELECT 1, sequence, 1, sequence, '', 0 FROM events;
        INSERT INTO idempotency SELECT sequence, '', 1, '', '', 200, '', sequence FROM events;
        INSERT INTO staged_tables
          (warehouse_id, path, name, uuid, location, location_key, expires_ms)
        SELECT 1, '', '', '', '', '', sequence FROM events;
        INSERT INTO jobs (warehouse_id, kind, payload, progress, state, run_after_ms, attempts,
          last_error, token, owner, lease_until_ms, location_key)
        SELECT 1, '', '', '', sequence % 5, 0, 0, '', 0, '', 0, NULL FROM events;
        )sql"),
                IsOk());
  }

  int64_t Number(std::string_view text) {
    // A statement is known by its address: each question needs its own.
    statements_.push_back(std::make_unique<sql::Statement>("number", text));
    int64_t number = -1;
    EXPECT_THAT(session_->Query(*statements_.back(), {},
                                [&](const sql::Row& row) -> Status {
                                  number = row.Int(0);
                                  return {};
                                }),
                IsOk());
    return number;
  }

  store::testing::TestFolder folder_;
  std::vector<std::unique_ptr<sql::Statement>> statements_;
  std::unique_ptr<SqliteSession> session_;
};

TEST_F(RetentionTest, KeepsTheNewestInSmallSteps) {
  sql::Retention retention({.max_events = 1000,
                            .max_object_versions = 900,
                            .max_commit_attempts = 800,
                            .max_metrics_reports = 700,
                            .max_audit_rows = 600,
                            .max_finished_jobs = 100});
  ASSERT_THAT(retention.Step(*session_, TimestampMs(1500)), IsOk());
  EXPECT_EQ(Number("SELECT COUNT(*) FROM events"), 2000 - sql::Retention::kStepRows);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM idempotency"), 2000 - sql::Retention::kStepRows);
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(retention.Step(*session_, TimestampMs(1500)), IsOk());
  }
  EXPECT_EQ(Number("SELECT COUNT(*) FROM events"), 1000);
  EXPECT_EQ(Number("SELECT MIN(sequence) FROM events"), 1001);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM object_versions"), 900);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM commit_attempts"), 800);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM metrics_reports"), 700);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM audit"), 600);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM idempotency"), 500);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM staged_tables"), 500);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM jobs WHERE state IN (2, 4)"), 40);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM jobs WHERE state NOT IN (2, 4)"), 1200);
}

TEST_F(RetentionTest, ReportsHaveABudgetOfBytes) {
  ASSERT_THAT(session_->Run("UPDATE metrics_reports SET report = hex(zeroblob(500))"), IsOk());
  sql::Retention retention({.max_metrics_report_bytes = 300'000});
  for (int i = 0; i < 8; ++i) {
    ASSERT_THAT(retention.Step(*session_, TimestampMs(0)), IsOk());
  }
  EXPECT_EQ(Number("SELECT COUNT(*) FROM metrics_reports"), 300);
  EXPECT_EQ(Number("SELECT MIN(id) FROM metrics_reports"), 1701);
}

}  // namespace
}  // namespace firn::store::sqlite
