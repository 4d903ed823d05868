#include "iceberg/schema/pruned_column.h"

#include <gtest/gtest.h>

#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg {
namespace {

TEST(PrunedColumnTest, KeepsWhatLeadsToTheField) {
  const Schema schema = testing::SchemaOfFields(
      R"({"id":1,"name":"a","required":false,"type":"long"},
         {"id":2,"name":"s","required":false,"type":{"type":"struct","fields":[
            {"id":3,"name":"x","required":false,"type":"int"},
            {"id":4,"name":"t","required":false,"type":{"type":"struct","fields":[
               {"id":5,"name":"y","required":false,"type":"int"},
               {"id":6,"name":"z","required":false,"type":"int"}]}}]}},
         {"id":7,"name":"l","required":false,"type":
            {"type":"list","element-id":8,"element":"int","element-required":false}})");
  EXPECT_EQ(PrunedColumn(schema.fields(), FieldId(1))->id, FieldId(1));
  const auto nested = PrunedColumn(schema.fields(), FieldId(6));
  ASSERT_TRUE(nested.has_value());
  EXPECT_EQ(nested->id, FieldId(2));
  ASSERT_EQ(nested->type->fields().size(), 1U);
  const NestedField& inner = nested->type->fields()[0];
  EXPECT_EQ(inner.id, FieldId(4));
  ASSERT_EQ(inner.type->fields().size(), 1U);
  EXPECT_EQ(inner.type->fields()[0].id, FieldId(6));
  EXPECT_EQ(PrunedColumn(schema.fields(), FieldId(4))->type->fields()[0].type->fields().size(), 2U);
  EXPECT_EQ(PrunedColumn(schema.fields(), FieldId(8)), std::nullopt);
  EXPECT_EQ(PrunedColumn(schema.fields(), FieldId(99)), std::nullopt);
}

}  // namespace
}  // namespace firn::iceberg
