#include "iceberg/manifest/avro/schema.h"

#include "base/testing/matchers.h"

namespace firn::iceberg::avro {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;

TEST(AvroSchemaTest, FieldsKeepIdsAndLogicalTypes) {
  auto schema = Schema::Parse(R"({"type":"record","name":"r","fields":[
      {"name":"a","type":["null","long"],"default":null,"field-id":7},
      {"name":"d","type":{"type":"fixed","name":"decimal_9_2","size":4,"logicalType":"decimal",
        "precision":9,"scale":2},"field-id":8},
      {"name":"u","type":{"type":"fixed","name":"uuid_fixed","size":16,"logicalType":"uuid"}},
      {"name":"day","type":{"type":"int","logicalType":"date"},"field-id":9},
      {"name":"e","type":{"type":"enum","name":"E","symbols":["X","Y"]}},
      {"name":"m","type":{"type":"map","values":"bytes"}}]})");
  ASSERT_THAT(schema, IsOk());
  const Node& root = schema->root();
  ASSERT_EQ(root.fields.size(), 6);
  EXPECT_EQ(root.fields[0].id, 7);
  EXPECT_EQ(root.fields[0].type->kind, Kind::kUnion);
  EXPECT_EQ(root.fields[1].type->logical, Logical::kDecimal);
  EXPECT_EQ(root.fields[1].type->scale, 2);
  EXPECT_EQ(root.fields[1].type->size, 4);
  EXPECT_EQ(root.fields[2].type->logical, Logical::kUuid);
  EXPECT_EQ(root.fields[2].id, std::nullopt);
  EXPECT_EQ(root.fields[3].type->kind, Kind::kInt);
  EXPECT_EQ(root.fields[4].type->symbols.size(), 2);
  EXPECT_EQ(root.fields[5].type->children[0]->kind, Kind::kBytes);
}

TEST(AvroSchemaTest, NamesAreResolvedInTheirNamespace) {
  auto schema = Schema::Parse(R"({"type":"record","name":"a.b.r","fields":[
      {"name":"x","type":{"type":"record","name":"inner","fields":[{"name":"i","type":"int"}]}},
      {"name":"y","type":"inner"},
      {"name":"z","type":["null","a.b.inner"]},
      {"name":"self","type":["null","r"]}]})");
  ASSERT_THAT(schema, IsOk());
  const Node& root = schema->root();
  EXPECT_EQ(root.fields[1].type, root.fields[0].type);
  EXPECT_EQ(root.fields[2].type->children[1], root.fields[0].type);
  EXPECT_EQ(root.fields[3].type->children[1], &root);
}

TEST(AvroSchemaTest, WhatIsNoSchemaIsRefused) {
  std::string deep;
  for (int i = 0; i < 100; ++i) {
    deep += R"({"type":"array","items":)";
  }
  deep += "\"int\"" + std::string(100, '}');
  for (std::string_view text :
       {std::string_view(), std::string_view("{"), std::string_view("7"),
        std::string_view(R"("nothing")"), std::string_view(R"({"name":"r"})"),
        std::string_view(R"({"type":"record","name":"r"})"),
        std::string_view(R"({"type":"record","name":"r","fields":[{"name":"x"}]})"),
        std::string_view(R"({"type":"fixed","name":"f","size":-1})"),
        std::string_view(R"({"type":"array"})"), std::string_view(deep)}) {
    EXPECT_THAT(Schema::Parse(text), IsError(ErrorCode::kInvalidMetadata)) << text;
  }
}

}  // namespace
}  // namespace firn::iceberg::avro
