#include "columnar/schema/parquet_schema.h"

#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <parquet/printer.h>

#include "base/testing/matchers.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::columnar {
namespace {

using firn::testing::IsError;
using iceberg::testing::SchemaOfFields;

std::string Printed(const char* fields) {
  auto root = ParquetSchemaOf(SchemaOfFields(fields).fields());
  if (!root.has_value()) {
    return root.error().message();
  }
  std::ostringstream out;
  parquet::schema::PrintSchema(root->get(), out);
  // What Arrow prints of converted types is left out.
  std::string text = out.str();
  for (size_t at; (at = text.find(", is_from")) != std::string::npos;) {
    text.erase(at, text.find(')', at) - at);
  }
  return text;
}

TEST(ParquetSchemaTest, TypesAreTheOnesOfTheSpecification) {
  EXPECT_EQ(Printed(R"j(
      {"id":1,"name":"a","type":"long","required":true},
      {"id":2,"name":"b","type":"decimal(9, 2)","required":false},
      {"id":3,"name":"c","type":"decimal(18, 2)","required":false},
      {"id":4,"name":"d","type":"decimal(38, 2)","required":false},
      {"id":5,"name":"e","type":"uuid","required":false},
      {"id":6,"name":"f","type":"timestamptz","required":false},
      {"id":7,"name":"g","type":"timestamp_ns","required":false},
      {"id":8,"name":"h","type":"unknown","required":false},
      {"id":9,"name":"i","type":"variant","required":false},
      {"id":10,"name":"j","type":"geometry(srid:3857)","required":false},
      {"id":11,"name":"k","required":false,"type":{"type":"list","element-id":12,
         "element":"string","element-required":true}},
      {"id":13,"name":"l","required":false,"type":{"type":"map","key-id":14,"key":"string",
         "value-id":15,"value":"int","value-required":false}})j"),
            R"(required group field_id=-1 table {
  required int64 field_id=1 a;
  optional int32 field_id=2 b (Decimal(precision=9, scale=2));
  optional int64 field_id=3 c (Decimal(precision=18, scale=2));
  optional fixed_len_byte_array(16) field_id=4 d (Decimal(precision=38, scale=2));
  optional fixed_len_byte_array(16) field_id=5 e (UUID);
  optional int64 field_id=6 f (Timestamp(isAdjustedToUTC=true, timeUnit=microseconds));
  optional int64 field_id=7 g (Timestamp(isAdjustedToUTC=false, timeUnit=nanoseconds));
  optional group field_id=9 i (Variant(1)) {
    required binary field_id=-1 metadata;
    required binary field_id=-1 value;
  }
  optional binary field_id=10 j (Geometry(crs=srid:3857));
  optional group field_id=11 k (List) {
    repeated group field_id=-1 list {
      required binary field_id=12 element (String);
    }
  }
  optional group field_id=13 l (Map) {
    repeated group field_id=-1 key_value {
      required binary field_id=14 key (String);
      optional int32 field_id=15 value;
    }
  }
}
)");
}

TEST(ParquetSchemaTest, WhatParquetCannotHoldIsRefused) {
  EXPECT_THAT(
      ParquetSchemaOf(
          SchemaOfFields(R"({"id":1,"name":"a","type":"unknown","required":false})").fields()),
      IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ParquetSchemaOf(SchemaOfFields(R"({"id":1,"name":"a","required":false,
      "type":{"type":"list","element-id":2,"element":"unknown","element-required":false}})")
                                  .fields()),
              IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::columnar
