// Columns that were dropped and come back: with a type that reads what refs still reach, and no
// other.
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/testing/matchers.h"
#include "iceberg/metadata/apply_updates.h"
#include "iceberg/metadata/testing/tables.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;
using testing::Append;
using testing::At;
using testing::NewTestTable;
using testing::SchemaOfFields;
using testing::SpecOf;

Result<TableMetadataPtr> Apply(const TableMetadataPtr& base, std::vector<TableUpdate> updates) {
  At at(10);
  return ApplyUpdates(base, updates, at);
}

void ExpectRefused(const TableMetadataPtr& base, std::vector<TableUpdate> updates) {
  EXPECT_THAT(Apply(base, std::move(updates)), IsError(ErrorCode::kInvalidArgument));
}

/// One column of that type under id 3, or none, as the current schema.
std::vector<TableUpdate> Column(std::string_view type) {
  constexpr std::string_view kOther = R"({"id":1,"name":"id","required":false,"type":"long"})";
  std::string fields(kOther);
  if (!type.empty()) {
    fields += fmt::format(R"(,{{"id":3,"name":"c","required":false,"type":"{}"}})", type);
  }
  return {AddSchema{SchemaOfFields(fields)}, SetCurrentSchema{SchemaId(kLastAdded)}};
}

/// Unpartitioned, with such a column and a snapshot.
TableMetadataPtr Filled(FormatVersion version, std::string_view type) {
  std::vector<TableUpdate> updates = Column(type);
  updates.insert(updates.end(),
                 {AddSpec{SpecOf(R"({"fields":[]})")}, SetDefaultSpec{SpecId(kLastAdded)}});
  auto table = Apply(NewTestTable(version), updates);
  EXPECT_THAT(table, IsOk());
  return Append(*table, 11, 11);
}

TEST(ReturningColumns, DatesOfDataBecomeTimestampsInVersionThreeOnly) {
  ExpectRefused(Filled(2, "date"), Column("timestamp"));
  EXPECT_THAT(Apply(Filled(3, "date"), Column("timestamp")), IsOk());
}

TableMetadataPtr Then(const TableMetadataPtr& table, std::vector<TableUpdate> updates) {
  auto next = Apply(table, std::move(updates));
  EXPECT_THAT(next, IsOk());
  return *next;
}

TEST(ReturningColumns, AColumnComesBackAsWhatItWas) {
  TableMetadataPtr dropped = Then(Filled(2, "int"), Column(""));
  ExpectRefused(dropped, Column("string"));
  EXPECT_THAT(Apply(dropped, Column("int")), IsOk());
  // What it last was counts.
  TableMetadataPtr widened = Append(Then(Filled(2, "int"), Column("long")), 12, 12);
  widened = Then(widened, Column(""));
  ExpectRefused(widened, Column("int"));
  EXPECT_THAT(Apply(widened, Column("long")), IsOk());
}

TEST(ReturningColumns, ASchemaWithoutDataVouchesForNothing) {
  // As if it were what the column last was.
  std::vector<TableUpdate> updates = {Column("string").front()};
  std::vector<TableUpdate> drop = Column("");
  updates.insert(updates.end(), drop.begin(), drop.end());
  ExpectRefused(Then(Filled(2, "int"), updates), Column("string"));
}

TEST(ReturningColumns, AReplacedColumnComesBackAsWhatReplacedIt) {
  std::vector<TableUpdate> replace = Column("string");
  replace.insert(replace.begin(), RemoveSnapshotRef{"main"});
  TableMetadataPtr table = Append(Then(Filled(2, "int"), replace), 12, 12);
  table = Then(table, Column(""));
  ExpectRefused(table, Column("int"));
  EXPECT_THAT(Apply(table, Column("string")), IsOk());
  // A replacement may bring back any id: nothing of what was before is read again.
  replace = Column("date");
  replace.insert(replace.begin(), RemoveSnapshotRef{"main"});
  EXPECT_THAT(Apply(table, replace), IsOk());
}

SetSnapshotRef MainTo(int64_t snapshot) {
  SetSnapshotRef set{std::string(kMainBranch), {}};
  set.ref.snapshot_id = SnapshotId(snapshot);
  return set;
}

SetSnapshotRef Tag(std::string name, int64_t snapshot) {
  SetSnapshotRef set{std::move(name), {}};
  set.ref.snapshot_id = SnapshotId(snapshot);
  set.ref.type = SnapshotRefType::kTag;
  return set;
}

/// Snapshot 11 with an int, 12 with a long, 13 without the column.
TableMetadataPtr WidenedAndDropped() {
  TableMetadataPtr table = Append(Then(Filled(2, "int"), Column("long")), 12, 12);
  return Append(Then(table, Column("")), 13, 13);
}

TEST(ReturningColumns, ARollbackTakesItsSchemaAlong) {
  TableMetadataPtr table = WidenedAndDropped();
  SetCurrentSchema back{*table->FindSnapshot(SnapshotId(11))->schema_id};
  EXPECT_THAT(Apply(table, {MainTo(11), back}), IsOk());
  EXPECT_THAT(Apply(Then(table, {MainTo(11)}), {back}), IsOk());
  // Whatever else refs hold: main is what is read with the current schema.
  table = Then(table, {Tag("wide", 12)});
  EXPECT_THAT(Apply(Then(table, {MainTo(11)}), {back}), IsOk());
  // Main holds longs where it did not go back, or not so far.
  ExpectRefused(table, {back});
  ExpectRefused(table, {MainTo(12), back});
}

TEST(ReturningColumns, ASnapshotOfTheCommitVouchesForNoSchema) {
  TableMetadataPtr table = WidenedAndDropped();
  Snapshot snapshot = testing::NextSnapshot(*table, 14, 14);
  snapshot.schema_id = table->FindSnapshot(SnapshotId(11))->schema_id;
  std::vector<TableUpdate> updates = testing::AppendUpdates(snapshot, kMainBranch);
  updates.emplace_back(SetCurrentSchema{*snapshot.schema_id});
  ExpectRefused(table, updates);
}

TEST(ReturningColumns, AfterAReplacementWhatWasBeforeDoesNotCount) {
  std::vector<TableUpdate> replace = Column("string");
  replace.insert(replace.begin(), RemoveSnapshotRef{std::string(kMainBranch)});
  TableMetadataPtr table = Then(Then(Filled(2, "int"), replace), Column(""));
  table = Append(table, 12, 12);
  EXPECT_THAT(Apply(table, Column("string")), IsOk());
  // What a tag still reaches does.
  ExpectRefused(Then(table, {Tag("before", 11)}), Column("string"));
}

TEST(ReturningColumns, ExpiredSnapshotsMayHaveLeftTheirFiles) {
  TableMetadataPtr table =
      Then(WidenedAndDropped(), {Tag("old", 11), RemoveSnapshots{{SnapshotId(12)}}});
  ExpectRefused(table, Column("int"));
  EXPECT_THAT(Apply(table, Column("long")), IsOk());
}

/// Schema 2 has so many columns that no other has, and then there were many small ones.
TableMetadataPtr WithManySchemas(int32_t schemas, int32_t columns) {
  std::string fields;
  for (int32_t i = 0; i < columns; ++i) {
    fields += fmt::format(R"(,{{"id":{},"name":"w{}","required":false,"type":"int"}})", 100 + i, i);
  }
  constexpr std::string_view kOther = R"({"id":1,"name":"id","required":false,"type":"long"})";
  std::vector<TableUpdate> updates = {AddSchema{SchemaOfFields(std::string(kOther) + fields)}};
  for (int32_t i = 0; i < schemas; ++i) {
    updates.emplace_back(AddSchema{SchemaOfFields(
        fmt::format(R"({},{{"id":3,"name":"c{}","required":false,"type":"int"}})", kOther, i))});
  }
  updates.emplace_back(SetCurrentSchema{SchemaId(kLastAdded)});
  return Append(Then(Filled(2, "int"), updates), 12, 12);
}

TEST(ReturningColumns, ManySchemasAndColumnsAreLookedAtOnce) {
  // Each column in each schema would be 54 million look-ups.
  TableMetadataPtr table = WithManySchemas(9'000, 6'000);
  SchemaId wide(2);
  ASSERT_EQ(table->FindSchema(wide)->fields().size(), 6'001);
  int asked = 0;
  ApplyContext context{.now = testing::kCreated, .base_metadata_location = {}, .expired = [&asked] {
                         ++asked;
                         return false;
                       }};
  std::vector<TableUpdate> updates = {SetCurrentSchema{wide}};
  EXPECT_THAT(ApplyUpdates(table, updates, context), IsOk());
  EXPECT_EQ(asked, 1 + static_cast<int>(table->schemas.size()));
}

TEST(ReturningColumns, ADeadlineEndsTheLook) {
  TableMetadataPtr table = WithManySchemas(100, 100);
  int asked = 0;
  ApplyContext context{.now = testing::kCreated, .base_metadata_location = {}, .expired = [&asked] {
                         return ++asked > 20;
                       }};
  std::vector<TableUpdate> updates = {SetCurrentSchema{SchemaId(2)}};
  EXPECT_THAT(ApplyUpdates(table, updates, context), IsError(ErrorCode::kDeadlineExceeded));
}

}  // namespace
}  // namespace firn::iceberg
