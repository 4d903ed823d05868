#include "iceberg/metadata/new_table.h"

#include "base/testing/matchers.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "iceberg/schema/schema_json.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;
using testing::OrderOf;
using testing::SchemaOf;
using testing::SpecOf;

constexpr TimestampMs kNow{1'700'000'000'000};

CreateTableSpec Spec() {
  CreateTableSpec spec;
  spec.schema = SchemaOf(R"({"type":"struct","schema-id":5,"identifier-field-ids":[22],"fields":[
    {"id":30,"name":"place","required":false,"type":{"type":"struct","fields":[
      {"id":31,"name":"city","required":false,"type":"string"}]}},
    {"id":22,"name":"id","required":true,"type":"long"}]})");
  spec.location = "s3://warehouse/t/";
  spec.uuid = *Uuid::Parse("9c12d441-03fe-4693-9a96-a0705ddf69c1");
  return spec;
}

TEST(NewTableMetadata, Defaults) {
  ASSERT_OK_AND_ASSIGN(auto table, NewTableMetadata(Spec(), kNow));
  EXPECT_EQ(table->format_version, 2);
  EXPECT_EQ(table->uuid, "9c12d441-03fe-4693-9a96-a0705ddf69c1");
  EXPECT_EQ(table->location, "s3://warehouse/t");
  EXPECT_EQ(table->last_updated, kNow);
  EXPECT_EQ(table->default_spec_id, SpecId(0));
  EXPECT_TRUE(table->default_spec().fields.empty());
  EXPECT_EQ(table->last_partition_id, kNoPartitionFieldId);
  EXPECT_EQ(table->default_sort_order_id, kUnsortedOrderId);
  EXPECT_EQ(table->FindProperty(kParquetCompressionProperty), kParquetCompressionDefault);
  EXPECT_THAT(ParseTableMetadata(PrintTableMetadata(*table)), IsOk());
}

TEST(NewTableMetadata, IdsAreFreshEverywhere) {
  CreateTableSpec spec = Spec();
  spec.spec = SpecOf(R"({"spec-id":9,"fields":[
    {"name":"city","transform":"truncate[2]","source-id":31,"field-id":2000}]})");
  spec.order = OrderOf(R"({"order-id":7,"fields":[{"transform":"identity","source-id":22,
    "direction":"desc","null-order":"nulls-last"}]})");
  ASSERT_OK_AND_ASSIGN(auto table, NewTableMetadata(spec, kNow));
  const Schema& schema = table->current_schema();
  EXPECT_EQ(schema.id(), SchemaId(0));
  EXPECT_EQ(schema.FindField("place")->id, FieldId(1));
  EXPECT_EQ(schema.FindField("id")->id, FieldId(2));
  EXPECT_EQ(schema.FindField("place.city")->id, FieldId(3));
  EXPECT_EQ(schema.identifier_field_ids().front(), FieldId(2));
  EXPECT_EQ(table->last_column_id, FieldId(3));
  EXPECT_EQ(table->default_spec().fields.front().source_id, FieldId(3));
  EXPECT_EQ(table->default_spec().fields.front().field_id, FieldId(1000));
  EXPECT_EQ(table->last_partition_id, FieldId(1000));
  EXPECT_EQ(table->default_sort_order_id, SortOrderId(1));
  EXPECT_EQ(table->default_sort_order().fields.front().source_id, FieldId(2));
}

TEST(NewTableMetadata, Properties) {
  CreateTableSpec spec = Spec();
  spec.properties = {{"format-version", "1"},
                     {"uuid", "x"},
                     {"current-schema", "x"},
                     {"owner", "me"},
                     {std::string(kParquetCompressionProperty), "gzip"}};
  ASSERT_OK_AND_ASSIGN(auto table, NewTableMetadata(spec, kNow));
  EXPECT_EQ(table->format_version, 1);
  EXPECT_EQ(*table->properties,
            (PropertyMap{{"owner", "me"}, {std::string(kParquetCompressionProperty), "gzip"}}));
}

TEST(NewTableMetadata, Refuses) {
  auto refused = [](auto change) {
    CreateTableSpec spec = Spec();
    change(spec);
    EXPECT_THAT(NewTableMetadata(spec, kNow), IsError(ErrorCode::kInvalidArgument));
  };
  refused([](CreateTableSpec& spec) { spec.properties["format-version"] = "4"; });
  refused([](CreateTableSpec& spec) { spec.properties["format-version"] = "two"; });
  refused([](CreateTableSpec& spec) { spec.properties["commit.retry.num-retries"] = "-1"; });
  refused([](CreateTableSpec& spec) { spec.properties["commit.retry.num-retries"] = "x"; });
  refused([](CreateTableSpec& spec) {
    spec.properties["write.metadata.metrics.column.nope"] = "full";
  });
  refused([](CreateTableSpec& spec) { spec.properties["encryption.key-id"] = "k"; });
  refused([](CreateTableSpec& spec) { spec.location = ""; });
  refused([](CreateTableSpec& spec) {
    spec.spec = SpecOf(R"({"fields":[{"name":"x","transform":"day","source-id":22}]})");
  });
  refused([](CreateTableSpec& spec) {
    spec.spec = SpecOf(R"({"fields":[{"name":"x","transform":"identity","source-id":1}]})");
  });
  refused([](CreateTableSpec& spec) {
    spec.order = OrderOf(R"({"order-id":1,"fields":[{"transform":"identity","source-id":30,
      "direction":"asc","null-order":"nulls-last"}]})");
  });
  refused([](CreateTableSpec& spec) {
    spec.schema = SchemaOf(R"({"type":"struct","fields":[
      {"id":1,"name":"v","required":false,"type":"variant"}]})");
  });
}

}  // namespace
}  // namespace firn::iceberg
