#include "iceberg/metadata/dropped_columns.h"

#include <gtest/gtest.h>

#include "iceberg/metadata/testing/tables.h"
#include "iceberg/schema/testing/parse.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

TEST(DroppedColumnsTest, PartitionsHaveTheTypeOfTheNewestSchemaWithTheirColumn) {
  TableMetadataPtr table = testing::NewTestTable(2);
  const auto field = [](std::string_view type) {
    return testing::SchemaOfFields(R"({"id":1,"name":"id","required":true,"type":"long"},)"
                                   R"({"id":9,"name":"day","required":false,"type":")" +
                                   std::string(type) + R"("})");
  };
  const auto current = SetCurrentSchema{SchemaId(kLastAdded)};
  table = testing::MustApply(table, {AddSchema{field("int")}, current}, testing::At(1));
  table = testing::MustApply(table,
                             {AddSpec{testing::SpecOf(
                                 R"({"fields":[{"name":"day","transform":"identity","source-id":9},
                        {"name":"tens","transform":"truncate[10]","source-id":9}]})")}},
                             testing::At(2));
  const PartitionSpec spec = table->specs.back();
  table = testing::MustApply(table, {AddSchema{field("long")}, current}, testing::At(3));
  EXPECT_EQ(ToString(*PartitionTypeOf(*table, spec, table->current_schema())),
            ToString(*PartitionType(spec, table->current_schema())));
  table = testing::MustApply(
      table,
      {AddSchema{testing::SchemaOfFields(R"({"id":1,"name":"id","required":true,"type":"long"})")},
       current},
      testing::At(4));
  const TypePtr type = PartitionTypeOf(*table, spec, table->current_schema());
  EXPECT_EQ(*type->fields()[0].type, *Type::Plain(TypeId::kLong));
  EXPECT_EQ(*type->fields()[1].type, *Type::Plain(TypeId::kLong));
  EXPECT_EQ(NewestSchemaWith(*table, FieldId(77)), nullptr);
}

}  // namespace
}  // namespace firn::iceberg
