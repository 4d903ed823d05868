// What commits may not bring into a table, though files may hold it; and that many updates stay
// cheap.
#include <limits>

#include <fmt/format.h>

#include "base/testing/matchers.h"
#include "iceberg/metadata/apply_updates.h"
#include "iceberg/metadata/testing/tables.h"
#include "iceberg/metadata/update_rules_internal.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;
using testing::Append;
using testing::AppendUpdates;
using testing::At;
using testing::NewTestTable;
using testing::NextSnapshot;
using testing::SchemaOfFields;
using testing::SpecOf;

Result<TableMetadataPtr> Apply(const TableMetadataPtr& base, std::vector<TableUpdate> updates) {
  At at(10);
  return ApplyUpdates(base, updates, at);
}

void ExpectRefused(const TableMetadataPtr& base, std::vector<TableUpdate> updates) {
  EXPECT_THAT(Apply(base, std::move(updates)), IsError(ErrorCode::kInvalidArgument));
}

AddSchema SchemaWithId(int64_t id) {
  return {
      SchemaOfFields(fmt::format(R"({{"id":{},"name":"c","required":false,"type":"int"}})", id))};
}

AddSpec Spec(std::string_view fields) {
  return {SpecOf(fmt::format(R"({{"fields":[{}]}})", fields))};
}

TEST(PartitionFieldIds, OnceInASpec) {
  TableMetadataPtr table = NewTestTable(2);
  ExpectRefused(table, {Spec(R"({"name":"a","transform":"identity","source-id":1,"field-id":1001},
                                {"name":"b","transform":"day","source-id":2,"field-id":1001})")});
}

TEST(PartitionFieldIds, OneMeaningInATable) {
  TableMetadataPtr table = NewTestTable(2);  // 1000 is bucket[4](1)
  ExpectRefused(table, {Spec(R"({"name":"a","transform":"day","source-id":2,"field-id":1000})")});
  ExpectRefused(table, {Spec(R"({"name":"a","transform":"bucket[8]","source-id":1,
                                 "field-id":1000})")});
  EXPECT_THAT(Apply(table, {Spec(R"({"name":"other","transform":"bucket[4]","source-id":1,
                                     "field-id":1000})")}),
              IsOk());
  ASSERT_OK_AND_ASSIGN(auto next,
                       Apply(table, {Spec(R"({"name":"d","transform":"day","source-id":2})")}));
  EXPECT_EQ(next->specs.back().fields.front().field_id, FieldId(1001));
}

TEST(PartitionFieldIds, FromAThousandOn) {
  TableMetadataPtr table = NewTestTable(2);
  for (int64_t id :
       {int64_t{1}, int64_t{999}, int64_t{-1}, int64_t{2'147'483'647}, int64_t{1'500'000'000}}) {
    ExpectRefused(
        table,
        {Spec(fmt::format(R"({{"name":"a","transform":"day","source-id":2,"field-id":{}}})", id))});
  }
}

TEST(PartitionFieldIds, VoidKeepsTheIdOfWhatItReplaces) {
  TableMetadataPtr table = NewTestTable(1);
  ASSERT_OK_AND_ASSIGN(table,
                       Apply(table, {Spec(R"({"name":"id_bucket","transform":"void","source-id":1,
                                    "field-id":1000})")}));
  EXPECT_EQ(table->specs.size(), 2);
  ASSERT_OK_AND_ASSIGN(table, Apply(table, {UpgradeFormatVersion{2}}));
  EXPECT_THAT(Apply(table, {Spec(R"({"name":"id_bucket","transform":"void","source-id":1,
                                     "field-id":1000},
                                    {"name":"d","transform":"day","source-id":2,
                                     "field-id":1001})")}),
              IsOk());
}

TEST(NewValues, FieldIdsLeaveRoom) {
  TableMetadataPtr table = NewTestTable(2);
  for (int64_t id :
       {int64_t{-1}, int64_t{2'147'483'647}, int64_t{2'147'483'448}, int64_t{2'000'000'000}}) {
    ExpectRefused(table, {SchemaWithId(id)});
  }
  EXPECT_THAT(Apply(table, {SchemaWithId(5'000'000)}), IsOk());
}

TEST(NewValues, SequenceNumbersAndRowIdsLeaveRoom) {
  TableMetadataPtr table = NewTestTable(3);
  Snapshot snapshot = NextSnapshot(*table, 5, 1);
  snapshot.sequence_number = SequenceNumber(std::numeric_limits<int64_t>::max());
  ExpectRefused(table, AppendUpdates(snapshot, "main"));
  snapshot = NextSnapshot(*table, 5, 1);
  snapshot.added_rows = std::numeric_limits<int64_t>::max() - 1;
  ExpectRefused(table, AppendUpdates(snapshot, "main"));
}

TEST(NewValues, RefNames) {
  TableMetadataPtr table = Append(NewTestTable(2), 11, 1);
  for (std::string_view name : {"", "a\nb", "\x7F"}) {
    SetSnapshotRef set{std::string(name), {}};
    set.ref.snapshot_id = SnapshotId(11);
    ExpectRefused(table, {set});
  }
  SetSnapshotRef set{"r\xC3\xA9lease/1", {}};
  set.ref.snapshot_id = SnapshotId(11);
  EXPECT_THAT(Apply(table, {set}), IsOk());
}

TEST(NewValues, Statistics) {
  TableMetadataPtr table = Append(NewTestTable(2), 11, 1);
  ExpectRefused(table, {SetStatistics{{SnapshotId(11), "", 1, 1, {}}}});
  ExpectRefused(table, {SetStatistics{{SnapshotId(11), "s3://s", -1, 1, {}}}});
  ExpectRefused(table, {SetStatistics{{SnapshotId(11), "s3://s", 1, -1, {}}}});
  ExpectRefused(table, {SetPartitionStatistics{{SnapshotId(11), "", 1}}});
  ExpectRefused(table, {SetPartitionStatistics{{SnapshotId(11), "s3://s", -1}}});
}

TEST(NewValues, ColumnsOfDataChangeOnlyAsTheSpecificationSays) {
  AddSchema changed{SchemaOfFields(R"({"id":1,"name":"id","required":true,"type":"uuid"})")};
  std::vector<TableUpdate> change = {changed, SetCurrentSchema{SchemaId(kLastAdded)}};
  // The default spec and its void would complain otherwise.
  std::vector<TableUpdate> unpartition = {Spec(""), SetDefaultSpec{SpecId(kLastAdded)}};
  ASSERT_OK_AND_ASSIGN(TableMetadataPtr empty, Apply(NewTestTable(2), unpartition));
  TableMetadataPtr filled = Append(empty, 11, 11);
  ExpectRefused(filled, change);
  EXPECT_THAT(Apply(empty, change), IsOk());
  // CREATE OR REPLACE: the columns keep their ids by name, whatever their new types.
  change.insert(change.begin(), RemoveSnapshotRef{"main"});
  At at(12);
  EXPECT_THAT(ApplyUpdates(filled, change, at), IsOk());
}

TEST(Limits, UpdatesSchemasSpecsAndOrders) {
  TableMetadataPtr table = NewTestTable(2);
  ExpectRefused(table, std::vector<TableUpdate>(kMaxUpdates + 1, SetProperties{}));
  std::vector<TableUpdate> updates;
  for (int64_t id = 0; id <= int64_t{kMaxSchemas}; ++id) {
    updates.emplace_back(SchemaWithId(10 + id));
  }
  ExpectRefused(table, updates);
  std::string fields;
  for (size_t i = 0; i <= kMaxSpecFields; ++i) {
    fields += fmt::format(R"({}{{"name":"p{}","transform":"bucket[{}]","source-id":1}})",
                          i == 0 ? "" : ",", i, i + 10);
  }
  ExpectRefused(table, {Spec(fields)});
}

TEST(Limits, Properties) {
  TableMetadataPtr table = NewTestTable(2);
  ExpectRefused(table, {SetProperties{{{"k", std::string(kMaxPropertiesBytes, 'v')}}}});
  EXPECT_THAT(Apply(table, {SetProperties{{{"k", std::string(kMaxPropertiesBytes / 2, 'v')}}}}),
              IsOk());
}

TEST(Limits, ADeadlineEndsTheWork) {
  TableMetadataPtr table = NewTestTable(2);
  int asked = 0;
  ApplyContext context{.now = testing::kCreated, .base_metadata_location = {}, .expired = [&asked] {
                         return ++asked > 3;
                       }};
  std::vector<TableUpdate> updates(10, SetProperties{{{"a", "b"}}});
  EXPECT_THAT(ApplyUpdates(table, updates, context), IsError(ErrorCode::kDeadlineExceeded));
  EXPECT_EQ(asked, 4);
}

TEST(Limits, ASchemaIsFoundAgainAmongMany) {
  TableMetadataPtr table = NewTestTable(2);
  std::vector<TableUpdate> updates;
  for (int64_t id = 0; id < 5'000; ++id) {
    updates.emplace_back(SchemaWithId(10 + id));
  }
  ASSERT_OK_AND_ASSIGN(table, Apply(table, updates));
  EXPECT_EQ(table->schemas.size(), 5'001);
  EXPECT_EQ(table->schemas.back().id(), SchemaId(5'000));
  ASSERT_OK_AND_ASSIGN(auto next,
                       Apply(table, {SchemaWithId(10 + 17), SetCurrentSchema{SchemaId(kLastAdded)},
                                     Spec(""), SetDefaultSpec{SpecId(kLastAdded)}}));
  EXPECT_EQ(next->schemas.size(), 5'001);
  EXPECT_EQ(next->current_schema_id, SchemaId(18));
}

}  // namespace
}  // namespace firn::iceberg
