#include "iceberg/metadata/apply_updates.h"

#include "base/testing/matchers.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "iceberg/metadata/testing/tables.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;
using testing::At;
using testing::MustApply;
using testing::NewTestTable;
using testing::OrderOf;
using testing::SchemaOfFields;
using testing::SpecOf;

Result<TableMetadataPtr> Apply(const TableMetadataPtr& base, std::vector<TableUpdate> updates) {
  At at(10);
  return ApplyUpdates(base, updates, at);
}

Schema WiderSchema() {
  return SchemaOfFields(R"({"id":1,"name":"id","required":true,"type":"long"},
                           {"id":2,"name":"at","required":false,"type":"timestamp"},
                           {"id":3,"name":"name","required":false,"type":"string"},
                           {"id":4,"name":"more","required":false,"type":"int"})");
}

TEST(ApplyUpdates, NothingChangedIsTheBaseItself) {
  TableMetadataPtr base = NewTestTable(2);
  ASSERT_OK_AND_ASSIGN(auto same, Apply(base, {}));
  EXPECT_EQ(same, base);
  ASSERT_OK_AND_ASSIGN(
      same,
      Apply(base, {SetLocation{base->location}, AssignUuid{base->uuid}, UpgradeFormatVersion{2},
                   SetProperties{}, AddSchema{base->current_schema()},
                   SetCurrentSchema{SchemaId(-1)}, SetDefaultSpec{SpecId(0)},
                   RemoveSnapshots{{SnapshotId(1)}}, RemoveSnapshotRef{"absent"}}));
  EXPECT_EQ(same, base);
}

TEST(ApplyUpdates, SchemaEvolution) {
  TableMetadataPtr base = NewTestTable(2);
  ASSERT_OK_AND_ASSIGN(
      auto next, Apply(base, {AddSchema{WiderSchema()}, SetCurrentSchema{SchemaId(kLastAdded)}}));
  EXPECT_EQ(next->current_schema_id, SchemaId(1));
  EXPECT_EQ(next->last_column_id, FieldId(4));
  EXPECT_EQ(next->schemas.size(), 2);
  // The same columns again: the id is used again, and back.
  ASSERT_OK_AND_ASSIGN(auto back,
                       Apply(next, {AddSchema{base->current_schema().WithId(SchemaId(9))},
                                    SetCurrentSchema{SchemaId(kLastAdded)}}));
  EXPECT_EQ(back->current_schema_id, SchemaId(0));
  EXPECT_EQ(back->schemas.size(), 2);
  EXPECT_EQ(back->last_column_id, FieldId(4));
}

TEST(ApplyUpdates, SchemaErrors) {
  TableMetadataPtr base = NewTestTable(2);
  auto refused = [&base](std::vector<TableUpdate> updates) {
    EXPECT_THAT(Apply(base, std::move(updates)), IsError(ErrorCode::kInvalidArgument));
  };
  refused({SetCurrentSchema{SchemaId(kLastAdded)}});
  refused({SetCurrentSchema{SchemaId(7)}});
  refused({RemoveSchemas{{SchemaId(0)}}});
  refused({AddSchema{SchemaOfFields(R"({"id":9,"name":"v","required":false,"type":"variant"})")}});
  // The default spec's column would be gone.
  refused({AddSchema{SchemaOfFields(R"({"id":3,"name":"name","required":false,"type":"string"})")},
           SetCurrentSchema{SchemaId(kLastAdded)}});
}

TEST(ApplyUpdates, RemovesSchemasAndSpecsThatAreNotCurrent) {
  TableMetadataPtr base = NewTestTable(2);
  ASSERT_OK_AND_ASSIGN(
      auto next, Apply(base, {AddSchema{WiderSchema()}, SetCurrentSchema{SchemaId(kLastAdded)},
                              AddSpec{SpecOf(R"({"spec-id":0,"fields":[]})")},
                              SetDefaultSpec{SpecId(kLastAdded)}, RemoveSchemas{{SchemaId(0)}},
                              RemovePartitionSpecs{{SpecId(0), SpecId(99)}}}));
  EXPECT_EQ(next->schemas.size(), 1);
  EXPECT_EQ(next->specs.size(), 1);
  EXPECT_THAT(Apply(next, {RemovePartitionSpecs{{next->default_spec_id}}}),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(ApplyUpdates, SpecEvolution) {
  TableMetadataPtr base = NewTestTable(2);
  ASSERT_OK_AND_ASSIGN(auto next, Apply(base, {AddSpec{SpecOf(R"({"spec-id":7,"fields":[
                     {"name":"id_bucket","transform":"bucket[4]","source-id":1,"field-id":1000},
                     {"name":"at_day","transform":"day","source-id":2,"field-id":1001}]})")},
                                               SetDefaultSpec{SpecId(kLastAdded)}}));
  EXPECT_EQ(next->default_spec_id, SpecId(1));
  EXPECT_EQ(next->last_partition_id, FieldId(1001));
  // Compatible with spec 0: used again although its field id differs.
  ASSERT_OK_AND_ASSIGN(auto back, Apply(next, {AddSpec{SpecOf(R"({"fields":[
                     {"name":"id_bucket","transform":"bucket[4]","source-id":1}]})")},
                                               SetDefaultSpec{SpecId(kLastAdded)}}));
  EXPECT_EQ(back->default_spec_id, SpecId(0));
  EXPECT_EQ(back->specs.size(), 2);
}

TEST(ApplyUpdates, SpecFieldsWithoutIdsKeepKnownIds) {
  TableMetadataPtr base = NewTestTable(2);
  ASSERT_OK_AND_ASSIGN(auto next, Apply(base, {AddSpec{SpecOf(R"({"fields":[
                         {"name":"at_day","transform":"day","source-id":2},
                         {"name":"bucket","transform":"bucket[4]","source-id":1}]})")}}));
  const PartitionSpec& spec = next->specs.back();
  EXPECT_EQ(spec.fields[0].field_id, FieldId(1001));
  EXPECT_EQ(spec.fields[1].field_id, FieldId(1000));
  EXPECT_EQ(next->last_partition_id, FieldId(1001));
}

TEST(ApplyUpdates, VersionOneSpecsAreSequential) {
  TableMetadataPtr base = NewTestTable(1);
  EXPECT_THAT(Apply(base, {AddSpec{SpecOf(R"({"fields":[
                {"name":"at_day","transform":"day","source-id":2,"field-id":1001}]})")}}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Apply(base, {AddSpec{SpecOf(R"({"fields":[
                {"name":"id_bucket","transform":"void","source-id":1,"field-id":1000},
                {"name":"at_day","transform":"day","source-id":2,"field-id":1001}]})")}}),
              IsOk());
}

TEST(ApplyUpdates, SortOrders) {
  TableMetadataPtr base = NewTestTable(2);
  SortOrder by_name = OrderOf(R"({"order-id":1,"fields":[{"transform":"identity","source-id":3,
      "direction":"asc","null-order":"nulls-first"}]})");
  ASSERT_OK_AND_ASSIGN(auto sorted, Apply(base, {AddSortOrder{by_name},
                                                 SetDefaultSortOrder{SortOrderId(kLastAdded)}}));
  EXPECT_EQ(sorted->default_sort_order_id, SortOrderId(1));
  SortOrder by_id = by_name;
  by_id.fields[0].source_id = FieldId(1);
  ASSERT_OK_AND_ASSIGN(auto more, Apply(sorted, {AddSortOrder{by_id}, AddSortOrder{by_name},
                                                 SetDefaultSortOrder{SortOrderId(2)}}));
  EXPECT_EQ(more->sort_orders.size(), 3);
  ASSERT_OK_AND_ASSIGN(auto unsorted, Apply(more, {AddSortOrder{SortOrder()},
                                                   SetDefaultSortOrder{SortOrderId(kLastAdded)}}));
  EXPECT_EQ(unsorted->default_sort_order_id, kUnsortedOrderId);
  EXPECT_EQ(unsorted->sort_orders.size(), 3);
  by_id.fields[0].source_id = FieldId(99);
  EXPECT_THAT(Apply(base, {AddSortOrder{by_id}}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Apply(base, {SetDefaultSortOrder{SortOrderId(9)}}),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(ApplyUpdates, FormatVersionsOnlyGoUp) {
  ASSERT_OK_AND_ASSIGN(auto third, Apply(NewTestTable(1), {UpgradeFormatVersion{3}}));
  EXPECT_EQ(third->format_version, 3);
  EXPECT_EQ(third->next_row_id, 0);
  EXPECT_THAT(Apply(third, {UpgradeFormatVersion{2}}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Apply(third, {UpgradeFormatVersion{4}}), IsError(ErrorCode::kInvalidArgument));
}

TEST(ApplyUpdates, UuidIsAssignedOnce) {
  EXPECT_THAT(Apply(NewTestTable(2), {AssignUuid{"00000000-0000-0000-0000-000000000001"}}),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(ApplyUpdates, LocationAndProperties) {
  ASSERT_OK_AND_ASSIGN(auto next, Apply(NewTestTable(2), {SetLocation{"s3://else/where//"},
                                                          SetProperties{{{"a", "1"}, {"b", "2"}}},
                                                          RemoveProperties{{"a", "absent"}}}));
  EXPECT_EQ(next->location, "s3://else/where");
  EXPECT_EQ(next->FindProperty("a"), std::nullopt);
  EXPECT_EQ(next->FindProperty("b"), "2");
  EXPECT_NE(PrintTableMetadata(*next).find(R"("b":"2")"), std::string::npos);
  EXPECT_THAT(Apply(next, {SetLocation{""}}), IsError(ErrorCode::kInvalidArgument));
}

TEST(ApplyUpdates, StatisticsAreOnePerSnapshot) {
  StatisticsFile file{SnapshotId(1), "s3://a", 10, 2, {}};
  PartitionStatisticsFile partition_file{SnapshotId(1), "s3://p", 10};
  auto base = MustApply(NewTestTable(2),
                        {SetStatistics{file}, SetPartitionStatistics{partition_file}}, At(1));
  file.path = "s3://b";
  ASSERT_OK_AND_ASSIGN(auto replaced, Apply(base, {SetStatistics{file}}));
  EXPECT_EQ(replaced->statistics.size(), 1);
  EXPECT_EQ(replaced->statistics.front().path, "s3://b");
  ASSERT_OK_AND_ASSIGN(auto removed, Apply(base, {RemoveStatistics{SnapshotId(1)},
                                                  RemovePartitionStatistics{SnapshotId(1)}}));
  EXPECT_TRUE(removed->statistics.empty());
  EXPECT_TRUE(removed->partition_statistics.empty());
  ASSERT_OK_AND_ASSIGN(auto same, Apply(base, {RemoveStatistics{SnapshotId(2)}}));
  EXPECT_EQ(same, base);
}

TEST(ApplyUpdates, EncryptionKeys) {
  EncryptedKey key{"k", "a2V5", std::nullopt, {}};
  auto base = MustApply(NewTestTable(3), {AddEncryptionKey{key}, AddEncryptionKey{key}}, At(1));
  EXPECT_EQ(base->encryption_keys.size(), 1);
  ASSERT_OK_AND_ASSIGN(auto removed, Apply(base, {RemoveEncryptionKey{"k"}}));
  EXPECT_TRUE(removed->encryption_keys.empty());
}

TEST(ApplyUpdates, MetadataLogIsBounded) {
  TableMetadataPtr table = MustApply(
      NewTestTable(2), {SetProperties{{{std::string(kPreviousVersionsMaxProperty), "2"}}}}, At(1));
  EXPECT_EQ(table->metadata_log.size(), 1);
  EXPECT_EQ(table->metadata_log.front().metadata_file, "metadata/1.json");
  EXPECT_EQ(table->metadata_log.front().timestamp, testing::kCreated);
  for (int64_t n = 2; n <= 4; ++n) {
    TableMetadataPtr next = MustApply(table, {SetProperties{{{"n", std::to_string(n)}}}}, At(n));
    auto dropped = DroppedMetadataLog(*table, *next);
    EXPECT_EQ(dropped.size(), n > 2 ? 1 : 0);
    table = next;
  }
  EXPECT_EQ(table->metadata_log.size(), 2);
  EXPECT_EQ(table->metadata_log.front().metadata_file, "metadata/3.json");
  EXPECT_EQ(table->metadata_log.back().metadata_file, "metadata/4.json");
  TableMetadataPtr one =
      MustApply(table, {SetProperties{{{std::string(kPreviousVersionsMaxProperty), "0"}}}}, At(5));
  EXPECT_EQ(one->metadata_log.size(), 1);
  EXPECT_EQ(DroppedMetadataLog(*table, *one).size(), 2);
  EXPECT_THAT(Apply(table, {SetProperties{{{std::string(kPreviousVersionsMaxProperty), "x"}}}}),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(ApplyUpdates, CreatesATable) {
  std::vector<TableUpdate> updates{AssignUuid{"9c12d441-03fe-4693-9a96-a0705ddf69c1"},
                                   UpgradeFormatVersion{3},
                                   AddSchema{WiderSchema()},
                                   SetCurrentSchema{SchemaId(kLastAdded)},
                                   AddSpec{SpecOf(R"({"spec-id":0,"fields":[]})")},
                                   SetDefaultSpec{SpecId(kLastAdded)},
                                   AddSortOrder{SortOrder()},
                                   SetDefaultSortOrder{SortOrderId(kLastAdded)},
                                   SetLocation{"s3://warehouse/new"}};
  ASSERT_OK_AND_ASSIGN(auto created, Apply(nullptr, updates));
  EXPECT_EQ(created->format_version, 3);
  EXPECT_EQ(created->last_partition_id, kNoPartitionFieldId);
  EXPECT_TRUE(created->metadata_log.empty());
  EXPECT_EQ(created->last_updated, TimestampMs(testing::kCreated.value() + 10'000));
  EXPECT_THAT(ParseTableMetadata(PrintTableMetadata(*created)), IsOk());
  for (size_t left_out : {size_t{2}, size_t{4}, size_t{6}, size_t{8}}) {
    auto some = updates;
    some.erase(some.begin() + static_cast<std::ptrdiff_t>(left_out));
    EXPECT_THAT(Apply(nullptr, some), IsError(ErrorCode::kInvalidArgument)) << left_out;
  }
  updates.erase(updates.begin());
  ASSERT_OK_AND_ASSIGN(auto with_new_uuid, Apply(nullptr, updates));
  EXPECT_EQ(with_new_uuid->uuid.size(), 36);
}

}  // namespace
}  // namespace firn::iceberg
