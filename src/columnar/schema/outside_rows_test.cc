#include "columnar/schema/outside_rows.h"

#include <arrow/array/util.h>
#include <arrow/extension/uuid.h>
#include <arrow/util/key_value_metadata.h>
#include <gtest/gtest.h>

#include "columnar/schema/arrow_type.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::columnar {
namespace {

using iceberg::testing::SchemaOfFields;

constexpr const char* kFields = R"j(
  {"id":1,"name":"key","type":"uuid","required":true},
  {"id":2,"name":"code","type":"fixed[16]","required":false},
  {"id":3,"name":"s","required":false,"type":{"type":"struct","fields":[
     {"id":4,"name":"u","type":"uuid","required":false},
     {"id":5,"name":"n","type":"int","required":false}]}},
  {"id":6,"name":"l","required":false,"type":{"type":"list","element-id":7,"element":"uuid",
     "element-required":false}},
  {"id":8,"name":"m","required":false,"type":{"type":"map","key-id":9,"key":"string","value-id":10,
     "value":"uuid","value-required":false}})j";

std::shared_ptr<arrow::RecordBatch> EmptyRow(const std::shared_ptr<arrow::Schema>& schema) {
  arrow::ArrayVector columns;
  for (const auto& field : schema->fields()) {
    columns.push_back(arrow::MakeArrayOfNull(field->type(), 1).ValueOrDie());
  }
  return arrow::RecordBatch::Make(schema, 1, std::move(columns));
}

/// Of the field and all that it nests.
bool HasIds(const arrow::Field& field) {
  bool has = FieldIdOf(field).has_value();
  for (const auto& child : field.type()->fields()) {
    has = has || HasIds(*child);
  }
  return has;
}

TEST(OutsideRowsTest, UuidsAreTypedAtAnyDepthAndOtherBytesAreNot) {
  iceberg::Schema table = SchemaOfFields(kFields);
  auto schema = ArrowSchemaOf(table);
  const OutsideRows outside(table, *schema, FieldIds::kKept);
  auto batch = outside.Of(EmptyRow(schema));
  ASSERT_TRUE(batch->Validate().ok());
  const auto uuid = arrow::extension::uuid();
  EXPECT_TRUE(batch->column(0)->type()->Equals(uuid));
  EXPECT_EQ(batch->column(1)->type_id(), arrow::Type::FIXED_SIZE_BINARY);
  EXPECT_TRUE(batch->column(2)->type()->field(0)->type()->Equals(uuid));
  EXPECT_TRUE(batch->column(3)->type()->field(0)->type()->Equals(uuid));
  const auto& map = static_cast<const arrow::MapType&>(*batch->column(4)->type());
  EXPECT_TRUE(map.item_type()->Equals(uuid));
  EXPECT_TRUE(HasIds(*batch->schema()->field(2)->type()->field(1)));
}

TEST(OutsideRowsTest, IdsAreTakenOffAtAnyDepthAndOtherMetadataStays) {
  iceberg::Schema table = SchemaOfFields(kFields);
  auto schema = ArrowSchemaOf(table);
  auto noted = schema->field(1)->WithMergedMetadata(arrow::key_value_metadata({"note"}, {"kept"}));
  schema = schema->SetField(1, noted).ValueOrDie();
  const OutsideRows outside(table, *schema, FieldIds::kTakenOff);
  auto batch = outside.Of(EmptyRow(schema));
  ASSERT_TRUE(batch->Validate().ok());
  for (const auto& field : batch->schema()->fields()) {
    EXPECT_FALSE(HasIds(*field)) << field->name();
  }
  EXPECT_EQ(batch->schema()->field(1)->metadata()->Get("note").ValueOrDie(), "kept");
  EXPECT_TRUE(batch->column(2)->type()->Equals(batch->schema()->field(2)->type(), true));
  EXPECT_EQ(batch->schema()->field(0)->metadata(), nullptr);
}

TEST(OutsideRowsTest, ColumnsThatTheTableDoesNotHaveStayAsTheyAre) {
  iceberg::Schema table = SchemaOfFields(R"({"id":1,"name":"a","type":"uuid","required":false})");
  auto rows = arrow::schema({arrow::field("_x", arrow::fixed_size_binary(16)),
                             arrow::field("_y", arrow::list(arrow::int32()))});
  const OutsideRows outside(table, *rows, FieldIds::kTakenOff);
  EXPECT_TRUE(outside.schema()->Equals(*rows));
}

}  // namespace
}  // namespace firn::columnar
