#include "columnar/kernels/projection.h"

#include <string>

#include <arrow/array/array_nested.h>
#include <arrow/buffer_builder.h>
#include <arrow/builder.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "columnar/schema/arrow_type.h"
#include "columnar/testing/batches.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::columnar {
namespace {

using firn::testing::IsError;
using iceberg::testing::SchemaOfFields;
using Direction = ProjectionOptions::Direction;

iceberg::Schema Old() {
  return SchemaOfFields(R"(
    {"id":1,"name":"a","type":"int","required":true},
    {"id":2,"name":"s","required":false,"type":{"type":"struct","fields":[
       {"id":3,"name":"x","type":"string","required":false},
       {"id":4,"name":"y","type":"string","required":false}]}},
    {"id":5,"name":"gone","type":"double","required":false})");
}

std::shared_ptr<arrow::RecordBatch> OldBatch() {
  iceberg::StructValue row;
  row.fields.emplace_back(iceberg::FieldId(1), iceberg::Literal(int32_t{7}));
  row.fields.emplace_back(iceberg::FieldId(3), iceberg::Literal(std::string("x")));
  row.fields.emplace_back(iceberg::FieldId(4), iceberg::Literal(std::string("y")));
  return testing::BatchOf(Old(), {row, row});
}

/// Numbers the leaves as a Parquet file does.
int NumberLeaves(std::vector<SourceField>& fields, int next) {
  for (SourceField& field : fields) {
    if (field.children.empty()) {
      field.leaf = next++;
    }
    next = NumberLeaves(field.children, next);
  }
  return next;
}

TEST(ProjectionTest, FollowsFieldIdsThroughEvolution) {
  // s first, its x and y with swapped names, a wider a, and new columns with defaults.
  iceberg::Schema now = SchemaOfFields(R"(
    {"id":2,"name":"s","required":false,"type":{"type":"struct","fields":[
       {"id":4,"name":"x","type":"string","required":false},
       {"id":3,"name":"y","type":"string","required":false},
       {"id":8,"name":"z","type":"int","required":false,"initial-default":3}]}},
    {"id":1,"name":"b","type":"long","required":true},
    {"id":9,"name":"c","type":"string","required":false,"initial-default":"new"},
    {"id":10,"name":"d","type":"date","required":false})");
  std::vector<SourceField> source = SourceFieldsOf(ArrowSchemaOf(Old())->fields());
  NumberLeaves(source, 0);
  ASSERT_OK_AND_ASSIGN(Projection projection, Projection::Make(source, now.fields(), {}));
  EXPECT_THAT(projection.leaves(), ::testing::ElementsAre(0, 1, 2));
  auto old = OldBatch();
  auto pruned = old->RemoveColumn(2).ValueOrDie()->Slice(1);
  ASSERT_OK_AND_ASSIGN(auto batch, projection.Apply(*pruned));
  ASSERT_TRUE(batch->ValidateFull().ok()) << batch->ValidateFull().ToString();
  auto rows = testing::RowsOf(now, *batch);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(testing::ValueOf(rows[0], iceberg::FieldId(1)), iceberg::Literal(int64_t{7}));
  EXPECT_EQ(testing::ValueOf(rows[0], iceberg::FieldId(3)), iceberg::Literal(std::string("x")));
  EXPECT_EQ(testing::ValueOf(rows[0], iceberg::FieldId(4)), iceberg::Literal(std::string("y")));
  EXPECT_EQ(testing::ValueOf(rows[0], iceberg::FieldId(8)), iceberg::Literal(int32_t{3}));
  EXPECT_EQ(testing::ValueOf(rows[0], iceberg::FieldId(9)), iceberg::Literal(std::string("new")));
  EXPECT_EQ(testing::ValueOf(rows[0], iceberg::FieldId(10)), std::nullopt);
}

TEST(ProjectionTest, PrunesWhatIsNotAskedForAndKeepsAWitnessOfStructs) {
  std::vector<SourceField> source = SourceFieldsOf(ArrowSchemaOf(Old())->fields());
  NumberLeaves(source, 0);
  iceberg::Schema only_new = SchemaOfFields(R"(
    {"id":2,"name":"s","required":false,"type":{"type":"struct","fields":[
       {"id":8,"name":"z","type":"int","required":false}]}})");
  ASSERT_OK_AND_ASSIGN(Projection projection, Projection::Make(source, only_new.fields(), {}));
  EXPECT_THAT(projection.leaves(), ::testing::ElementsAre(1));
}

TEST(ProjectionTest, CallersColumnsAreMatchedByNameAndDefaulted) {
  iceberg::Schema table = SchemaOfFields(R"(
    {"id":1,"name":"a","type":"long","required":true},
    {"id":2,"name":"b","type":"string","required":false,"write-default":"none"},
    {"id":3,"name":"c","required":false,"type":{"type":"list","element-id":4,
       "element":"double","element-required":true}})");
  arrow::Int32Builder ints;
  ASSERT_TRUE(ints.AppendValues({1, 2}).ok());
  auto floats = arrow::list(arrow::float32());
  auto input = arrow::RecordBatch::Make(
      arrow::schema({arrow::field("c", floats), arrow::field("a", arrow::int32())}), 2,
      {arrow::MakeArrayOfNull(floats, 2).ValueOrDie(), ints.Finish().ValueOrDie()});
  ProjectionOptions options{.direction = Direction::kWrite, .match = MatchFields::kByName};
  auto source = SourceFieldsOf(input->schema()->fields());
  ASSERT_OK_AND_ASSIGN(Projection projection, Projection::Make(source, table.fields(), options));
  ASSERT_OK_AND_ASSIGN(auto batch, projection.Apply(*input));
  ASSERT_TRUE(batch->ValidateFull().ok());
  EXPECT_EQ(batch->column(1)->GetScalar(1).ValueOrDie()->ToString(), "none");

  auto with_null = arrow::RecordBatch::Make(
      input->schema(), 2,
      {input->column(0), arrow::MakeArrayOfNull(arrow::int32(), 2).ValueOrDie()});
  EXPECT_THAT(projection.Apply(*with_null), IsError(ErrorCode::kInvalidArgument));

  auto unknown = SourceFieldsOf({arrow::field("a", arrow::int64()), arrow::field("q", floats)});
  EXPECT_THAT(Projection::Make(unknown, table.fields(), options),
              IsError(ErrorCode::kInvalidArgument));
  auto lacking = SourceFieldsOf({arrow::field("b", arrow::utf8())});
  EXPECT_THAT(Projection::Make(lacking, table.fields(), options),
              IsError(ErrorCode::kInvalidArgument));
  auto narrowing = SourceFieldsOf({arrow::field("a", arrow::float64())});
  EXPECT_THAT(Projection::Make(narrowing, table.fields(), options),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(ProjectionTest, RequiredFieldsOfStructsAreNullOnlyWhereTheStructIs) {
  iceberg::Schema table = SchemaOfFields(R"(
    {"id":1,"name":"s","required":false,"type":{"type":"struct","fields":[
       {"id":2,"name":"x","type":"string","required":true},
       {"id":3,"name":"y","required":false,"type":{"type":"list","element-id":4,
         "element":"int","element-required":true}}]}})");
  auto struct_type = arrow::struct_(
      {arrow::field("x", arrow::utf8()), arrow::field("y", arrow::list(arrow::int32()))});
  auto make = [&](bool null_struct) {
    arrow::StringBuilder texts;
    EXPECT_TRUE(texts.Append("a").ok() && texts.AppendNull().ok());
    auto lists = arrow::MakeArrayOfNull(arrow::list(arrow::int32()), 2).ValueOrDie();
    arrow::TypedBufferBuilder<bool> validity;
    EXPECT_TRUE(validity.Append(true).ok() && validity.Append(!null_struct).ok());
    auto data = arrow::ArrayData::Make(struct_type, 2, {validity.Finish().ValueOrDie()},
                                       {texts.Finish().ValueOrDie()->data(), lists->data()});
    return arrow::RecordBatch::Make(arrow::schema({arrow::field("s", struct_type)}), 2,
                                    {arrow::MakeArray(data)});
  };
  auto source = SourceFieldsOf({arrow::field("s", struct_type)});
  ProjectionOptions options{.direction = Direction::kWrite, .match = MatchFields::kByName};
  ASSERT_OK_AND_ASSIGN(Projection projection, Projection::Make(source, table.fields(), options));
  EXPECT_THAT(projection.Apply(*make(false)), IsError(ErrorCode::kInvalidArgument));
  ASSERT_OK_AND_ASSIGN(auto batch, projection.Apply(*make(true)));
  EXPECT_TRUE(batch->ValidateFull().ok());
  EXPECT_EQ(batch->column(0)->data()->child_data[0]->GetNullCount(), 0);
}

TEST(ProjectionTest, NamesGiveIdsWhereFilesHaveNone) {
  auto fields =
      arrow::FieldVector{arrow::field("old_a", arrow::int32()),
                         arrow::field("l", arrow::list(arrow::field("item", arrow::utf8())))};
  std::vector<SourceField> source = SourceFieldsOf(fields);
  EXPECT_FALSE(AnyIds(source));
  ASSERT_OK_AND_ASSIGN(iceberg::NameMapping mapping, iceberg::ParseNameMapping(R"([
      {"field-id":1,"names":["a","old_a"]},
      {"field-id":2,"names":["l"],"fields":[{"field-id":3,"names":["element"]}]}])"));
  ApplyNameMapping(mapping, source);
  EXPECT_EQ(source[0].id, iceberg::FieldId(1));
  EXPECT_EQ(source[1].children[0].id, iceberg::FieldId(3));
}

}  // namespace
}  // namespace firn::columnar
