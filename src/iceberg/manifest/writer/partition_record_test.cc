#include <array>
#include <cmath>

#include "base/testing/matchers.h"
#include "iceberg/manifest/avro/decoder.h"
#include "iceberg/manifest/writer/partition_record_internal.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;

TypePtr StructOf(std::vector<TypePtr> types) {
  std::vector<NestedField> fields;
  for (TypePtr& type : types) {
    NestedField& field = fields.emplace_back();
    field.id = FieldId(1000 + static_cast<int32_t>(fields.size()) - 1);
    field.name = "p" + std::to_string(fields.size());
    field.type = std::move(type);
  }
  return Type::Struct(std::move(fields));
}

/// The bytes of a record of one value.
Result<std::string> Encode(const TypePtr& type, Literal value) {
  auto record = PartitionRecord::Make(StructOf({type}));
  avro::Encoder encoder;
  StructValue tuple;
  tuple.fields.emplace_back(FieldId(1000), std::move(value));
  RETURN_IF_ERROR(record->Write(encoder, tuple));
  return std::string(encoder.buffer());
}

TEST(PartitionRecordTest, NamesAreMadeValidAsJavaMakesThem) {
  EXPECT_EQ(AvroFieldName("plain_1"), "plain_1");
  EXPECT_EQ(AvroFieldName("1st"), "_1st");
  EXPECT_EQ(AvroFieldName("a.b c"), "a_x2Eb_x20c");
  EXPECT_EQ(AvroFieldName("#"), "_x23");
  EXPECT_EQ(AvroFieldName("é"), "_xE9");
  EXPECT_EQ(AvroFieldName("😎"), "_xD83D_xDE0E");
  EXPECT_EQ(AvroFieldName("a\xFF"), "a_xFF");
}

TEST(PartitionRecordTest, EveryTypeHasItsForm) {
  EXPECT_EQ(*Encode(Type::Plain(TypeId::kBoolean), Literal(true)), "\x02\x01");
  EXPECT_EQ(*Encode(Type::Plain(TypeId::kDate), Literal(int32_t{-1})), "\x02\x01");
  EXPECT_EQ(*Encode(Type::Plain(TypeId::kTimestampTzNs), Literal(int64_t{64})),
            std::string("\x02\x80\x01"));
  EXPECT_EQ(*Encode(Type::Plain(TypeId::kLong), Literal(int32_t{3})), "\x02\x06");
  EXPECT_EQ(*Encode(Type::Plain(TypeId::kDouble), Literal(1.0F)),
            std::string("\x02\0\0\0\0\0\0\xF0\x3F", 9));
  EXPECT_EQ(*Encode(Type::Decimal(9, 2), Literal(Decimal{-2, 2})), "\x02\xFF\xFF\xFF\xFE");
  EXPECT_EQ(Encode(Type::Decimal(38, 0), Literal(Decimal{1, 0}))->size(), 17);
  EXPECT_EQ(Encode(Type::Decimal(2, 0), Literal(Decimal{1, 0}))->size(), 2);
  EXPECT_EQ(*Encode(Type::Plain(TypeId::kString), Literal(std::string("ab"))),
            "\x02\x04"
            "ab");
  EXPECT_EQ(*Encode(Type::Fixed(2), Literal(Bytes{"ab"})),
            "\x02"
            "ab");
  EXPECT_EQ(*Encode(Type::Plain(TypeId::kBinary), Literal(Bytes{"ab"})),
            "\x02\x04"
            "ab");
  EXPECT_EQ(Encode(Type::Plain(TypeId::kUuid), Literal(Uuid()))->size(), 17);
}

TEST(PartitionRecordTest, ValuesThatDoNotFitAreRefused) {
  auto invalid = IsError(ErrorCode::kInvalidArgument);
  EXPECT_THAT(Encode(Type::Plain(TypeId::kInt), Literal(int64_t{1})), invalid);
  EXPECT_THAT(Encode(Type::Plain(TypeId::kFloat), Literal(1.0)), invalid);
  EXPECT_THAT(Encode(Type::Plain(TypeId::kString), Literal(Bytes{"a"})), invalid);
  EXPECT_THAT(Encode(Type::Fixed(2), Literal(Bytes{"abc"})), invalid);
  EXPECT_THAT(Encode(Type::Decimal(2, 0), Literal(Decimal{1000, 0})), invalid);
  // Of a column that no schema has: the value would be lost.
  EXPECT_THAT(Encode(Type::Plain(TypeId::kUnknown), Literal(true)),
              IsError(ErrorCode::kInvalidMetadata));
  EXPECT_THAT(PartitionRecord::Make(StructOf({Type::Plain(TypeId::kVariant)})),
              IsError(ErrorCode::kUnsupported));
}

TEST(PartitionRecordTest, EachTypeIsDefinedUnderANameOfItsOwn) {
  auto record = PartitionRecord::Make(StructOf({Type::Decimal(9, 2), Type::Decimal(9, 2)}));
  ASSERT_THAT(record, IsOk());
  auto schema = avro::Schema::Parse(record->schema_text());
  ASSERT_THAT(schema, IsOk());
  const auto& fields = schema->root().fields;
  ASSERT_EQ(fields.size(), 2);
  EXPECT_NE(fields[0].type->children[1], fields[1].type->children[1]);
  EXPECT_EQ(fields[1].id, 1001);
  EXPECT_THAT(record->schema_text(), ::testing::HasSubstr(R"("name":"decimal_9_2","size":4)"));
  EXPECT_THAT(record->schema_text(),
              ::testing::HasSubstr(R"("name":"decimal_9_2_r1001","size":4)"));
}

TEST(PartitionRecordTest, NamesThatBecomeEqualStayApart) {
  std::vector<NestedField> fields(2);
  fields[0].id = FieldId(1000);
  fields[0].name = "a b";
  fields[1].id = FieldId(1001);
  fields[1].name = "a_x20b";
  fields[0].type = fields[1].type = Type::Plain(TypeId::kInt);
  auto record = PartitionRecord::Make(Type::Struct(std::move(fields)));
  ASSERT_THAT(record, IsOk());
  auto schema = avro::Schema::Parse(record->schema_text());
  EXPECT_EQ(schema->root().fields[0].name, "a_x20b");
  EXPECT_EQ(schema->root().fields[1].name, "a_x20b_1001");
}

}  // namespace
}  // namespace firn::iceberg
