// The schema: from the former version to this one, by every way it can go wrong.
#include "base/sha256.h"
#include "server/store/sql/migrate.h"
#include "server/store/sql/text/schema.h"
#include "server/store/sqlite/sqlite_session.h"
#include "server/store/testing/store_test.h"

namespace firn::store::sqlite {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using ::testing::ElementsAre;

constexpr sql::Statement kVersion{"version",
                                  "SELECT COALESCE(MAX(version), 0) FROM schema_version"};
constexpr sql::Statement kTables{"tables",
                                 "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'"};
constexpr sql::Statement kWarehouses{"warehouses", "SELECT COUNT(*) FROM warehouses"};
constexpr sql::Statement kEpoch{"epoch", "SELECT epoch FROM security_epoch WHERE id = 1"};
constexpr sql::Statement kCredentials{"credentials", "SELECT COUNT(*) FROM credentials"};
constexpr sql::Statement kGrants{"grants", "SELECT COUNT(*) FROM grants"};
constexpr sql::Statement kKeys{
    "keys",
    "SELECT COALESCE(location_key, '-'), COALESCE(metadata_key, '-') FROM objects"
    " ORDER BY id"};
constexpr sql::Statement kUnkeyed{"unkeyed",
                                  "SELECT COUNT(*) FROM objects WHERE location_key IS NULL"};

class MigrationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto session = SqliteSession::Open({.path = folder_.path() + "/catalog.db"});
    ASSERT_THAT(session, IsOk());
    session_ = *std::move(session);
  }

  /// The database as a program that knew `version` migrations left it.
  void MakeOf(size_t version) {
    ASSERT_THAT(session_->Run(sql::kCreateSchemaVersion), IsOk());
    for (size_t i = 0; i < version; ++i) {
      ASSERT_THAT(session_->Run(sql::Migrations()[i]), IsOk());
      ASSERT_THAT(
          session_->Execute(sql::kAddSchemaVersion, {{":version", static_cast<int64_t>(i) + 1}}),
          IsOk());
    }
  }

  /// `location_key metadata_key` of each object, `-` for NULL.
  std::vector<std::string> Keys() {
    std::vector<std::string> keys;
    EXPECT_THAT(
        session_->Query(kKeys, {},
                        [&](const sql::Row& row) -> Status {
                          keys.push_back(std::string(row.Text(0)) + " " + std::string(row.Text(1)));
                          return {};
                        }),
        IsOk());
    return keys;
  }

  int64_t Number(const sql::Statement& statement) {
    int64_t number = -1;
    EXPECT_THAT(session_->Query(statement, {},
                                [&](const sql::Row& row) -> Status {
                                  number = row.Int(0);
                                  return {};
                                }),
                IsOk());
    return number;
  }

  store::testing::TestFolder folder_;
  std::unique_ptr<SqliteSession> session_;
  const int64_t latest_ = static_cast<int64_t>(sql::Migrations().size());
};

TEST_F(MigrationTest, AFormerDatabaseIsBroughtUpWithWhatItHolds) {
  for (size_t former = 1; former < sql::Migrations().size(); ++former) {
    SetUp();
    MakeOf(former);
    ASSERT_THAT(
        session_->Run("INSERT INTO warehouses VALUES (7, 'w', '/w', 'file:///w', '{}', 1, 9, 0)"),
        IsOk());
    auto versions = sql::Migrate(*session_);
    ASSERT_THAT(versions, IsOk());
    EXPECT_EQ(versions->from, static_cast<int64_t>(former));
    EXPECT_EQ(versions->to, latest_);
    EXPECT_EQ(Number(kVersion), latest_);
    EXPECT_EQ(Number(kWarehouses), 1);
    auto again = sql::Migrate(*session_);
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(again->from, latest_);
    session_.reset();
    std::filesystem::remove(folder_.path() + "/catalog.db");
  }
}

// Rows as a server left them that knew neither views' locations nor metadata that lies elsewhere.
TEST_F(MigrationTest, ObjectsOfFormerServersAreFoundByTheirPlaces) {
  for (size_t former = 1; former < sql::Migrations().size(); ++former) {
    SetUp();
    MakeOf(former);
    ASSERT_THAT(session_->Run(R"sql(
        INSERT INTO warehouses VALUES (1, 'w', '/w', 'file:///w', '{}', 1, 9, 0);
        INSERT INTO namespaces VALUES (1, 1, NULL, '.', '', '{}', 0), (2, 1, 1, 'a/', 'a', '{}', 0);
        INSERT INTO objects (id, namespace_id, name, kind, uuid, metadata_location, location,
          location_key, format_version, last_sequence_number, version, created_ms, updated_ms)
        VALUES
          (1, 2, 'own', 0, 'u1', '/w/t/metadata/m', '/w/t', 'file:///w/t', 2, 0, 1, 0, 0),
          (2, 2, 'away', 0, 'u2', 'file:/m/away/m', 'file:/w/s/', 'file:///w/s', 2, 0, 1, 0, 0),
          (3, 2, 'view', 1, 'u3', '/w/t/view/metadata/m', '/w/t/view', NULL, 1, 0, 1, 0, 0),
          (4, 2, 'broken', 1, 'u4', 'x:', 'x:', NULL, 1, 0, 1, 0, 0);
        )sql"),
                IsOk());
    ASSERT_THAT(sql::Migrate(*session_), IsOk());
    EXPECT_THAT(Keys(), ElementsAre("file:///w/t -", "file:///w/s file:///m/away/m",
                                    "file:///w/t/view -", "- -"));
    session_.reset();
    std::filesystem::remove(folder_.path() + "/catalog.db");
  }
}

TEST_F(MigrationTest, RowsThatHaveTheirKeysAreNotWritten) {
  MakeOf(sql::kFillsObjectKeys - 1);
  ASSERT_THAT(session_->Run(R"sql(
      INSERT INTO warehouses VALUES (1, 'w', '/w', 'file:///w', '{}', 1, 9, 0);
      INSERT INTO namespaces VALUES (1, 1, NULL, '.', '', '{}', 0), (2, 1, 1, 'a/', 'a', '{}', 0);
      INSERT INTO objects (id, namespace_id, name, kind, uuid, metadata_location, location,
        location_key, metadata_key, format_version, last_sequence_number, version, created_ms,
        updated_ms)
      VALUES
        (1, 2, 'own', 0, 'u1', '/w/t/metadata/m', '/w/t', 'file:///w/t', NULL, 2, 0, 1, 0, 0),
        (2, 2, 'away', 0, 'u2', '/m/m', '/w/s', 'file:///w/s', 'file:///m/m', 2, 0, 1, 0, 0),
        (3, 2, 'broken', 1, 'u3', 'x:', 'x:', NULL, NULL, 1, 0, 1, 0, 0);
      CREATE TRIGGER written BEFORE UPDATE ON objects
        BEGIN SELECT RAISE(ABORT, 'written'); END;
      )sql"),
              IsOk());
  EXPECT_THAT(sql::Migrate(*session_), IsOk());
  EXPECT_THAT(Keys(), ElementsAre("file:///w/t -", "file:///w/s file:///m/m", "- -"));
}

TEST_F(MigrationTest, ManyObjectsAreFilledInSeveralSteps) {
  MakeOf(1);
  ASSERT_THAT(session_->Run(R"sql(
      INSERT INTO warehouses VALUES (1, 'w', '/w', 'file:///w', '{}', 1, 9, 0);
      INSERT INTO namespaces VALUES (1, 1, NULL, '.', '', '{}', 0), (2, 1, 1, 'a/', 'a', '{}', 0);
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
      INSERT INTO objects (namespace_id, name, kind, uuid, metadata_location, location,
        format_version, last_sequence_number, version, created_ms, updated_ms)
      SELECT 2, 'v' || i, 1, 'u' || i, '/w/v' || i || '/m', '/w/v' || i, 1, 0, 1, 0, 0 FROM n;
      )sql"),
              IsOk());
  ASSERT_THAT(sql::Migrate(*session_), IsOk());
  EXPECT_EQ(Number(kUnkeyed), 0);
}

TEST_F(MigrationTest, ATrialTellsAndTakesBack) {
  MakeOf(1);
  int64_t tables = Number(kTables);
  auto versions = sql::TryMigrate(*session_);
  ASSERT_THAT(versions, IsOk());
  EXPECT_EQ(versions->from, 1);
  EXPECT_EQ(versions->to, latest_);
  EXPECT_EQ(Number(kVersion), 1);
  EXPECT_EQ(Number(kTables), tables);
}

TEST_F(MigrationTest, ANewerDatabaseIsRefusedUntouched) {
  MakeOf(sql::Migrations().size());
  ASSERT_THAT(session_->Execute(sql::kAddSchemaVersion, {{":version", latest_ + 1}}), IsOk());
  EXPECT_THAT(sql::TryMigrate(*session_), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(sql::Migrate(*session_), IsError(ErrorCode::kUnsupported));
  EXPECT_EQ(Number(kVersion), latest_ + 1);
}

TEST_F(MigrationTest, OneThatFailsLeavesNothing) {
  MakeOf(1);
  ASSERT_THAT(session_->Run("CREATE TABLE plans (id INTEGER)"), IsOk());
  int64_t tables = Number(kTables);
  EXPECT_FALSE(sql::TryMigrate(*session_).has_value());
  EXPECT_FALSE(sql::Migrate(*session_).has_value());
  EXPECT_EQ(Number(kVersion), 1);
  EXPECT_EQ(Number(kTables), tables);
}

// A database that was made by a text cannot follow when the text changes: add another one.
TEST_F(MigrationTest, TextsThatWereRunSomewhereStay) {
  std::vector<std::string> hashes;
  for (std::string_view text : sql::Migrations()) {
    hashes.push_back(Sha256Hex(text).substr(0, 16));
  }
  EXPECT_THAT(hashes, ElementsAre("343dad42afa8bb62", "d1bfe34d44e54c24", "e4433be650fdaf41",
                                  "b873024b91735113"));
}

TEST_F(MigrationTest, AccessGoesWithWhatItIsAbout) {
  MakeOf(sql::Migrations().size());
  EXPECT_EQ(Number(kEpoch), 1);
  EXPECT_FALSE(session_->Run("INSERT INTO security_epoch VALUES (2, 1)").has_value());
  ASSERT_THAT(session_->Run(R"sql(
      INSERT INTO warehouses VALUES (1, 'w', '/w', 'file:///w', '{}', 0, 0, 0);
      INSERT INTO namespaces VALUES (1, 1, NULL, '.', '', '{}', 0), (2, 1, 1, 'a/', 'a', '{}', 0);
      INSERT INTO principals VALUES (1, 'ann', 1, NULL, NULL, 0), (2, 'bob', 1, 'idp', 'b', 0);
      INSERT INTO roles VALUES (1, 'readers', 0);
      INSERT INTO role_members VALUES (1, 1, 0);
      INSERT INTO credentials VALUES (1, 1, 0, 'client', 'hash', '', 0, NULL, NULL);
      INSERT INTO grants VALUES (1, 1, NULL, 0, 1, NULL, NULL, 0), (2, NULL, 1, 0, 1, 2, NULL, 0);
      )sql"),
              IsOk());
  for (std::string_view wrong : {
           "INSERT INTO grants VALUES (3, 1, NULL, 0, 1, NULL, NULL, 0)",  // twice
           "INSERT INTO grants VALUES (3, 1, 1, 0, 1, NULL, NULL, 0)",     // two grantees
           "INSERT INTO grants VALUES (3, NULL, NULL, 0, 1, NULL, NULL, 0)",
           "INSERT INTO grants VALUES (3, 1, NULL, 0, 9, NULL, NULL, 0)",  // no such warehouse
           "INSERT INTO principals VALUES (3, 'ann', 1, NULL, NULL, 0)",
           "INSERT INTO principals VALUES (3, 'cat', 1, 'idp', 'b', 0)",
           "INSERT INTO credentials VALUES (2, 1, 0, 'client', 'other', '', 0, NULL, NULL)",
       }) {
    EXPECT_FALSE(session_->Run(wrong).has_value()) << wrong;
  }
  ASSERT_THAT(session_->Run("DELETE FROM namespaces WHERE id = 2"), IsOk());
  EXPECT_EQ(Number(kGrants), 1);
  ASSERT_THAT(session_->Run("DELETE FROM principals WHERE id = 1"), IsOk());
  EXPECT_EQ(Number(kGrants), 0);
  EXPECT_EQ(Number(kCredentials), 0);
}

}  // namespace
}  // namespace firn::store::sqlite
