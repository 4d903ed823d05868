// Values of every type that a table may have, as JSON and plainly.
#include "cli/data/arrow_text.h"

#include <arrow/array/builder_binary.h>
#include <arrow/extension/uuid.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

namespace firn::cli {
namespace {

std::shared_ptr<arrow::Array> Values(const std::shared_ptr<arrow::DataType>& type,
                                     const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

std::string Json(const arrow::Array& array, int64_t row = 0) {
  std::string text;
  JsonWriter out(text);
  AppendJsonValue(array, row, out);
  return text;
}

TEST(ArrowTextTest, PlainValues) {
  auto longs = Values(arrow::int64(), "[-5, null]");
  EXPECT_EQ(Json(*longs), "-5");
  EXPECT_EQ(Json(*longs, 1), "null");
  EXPECT_EQ(PlainText(*longs, 0), "-5");
  EXPECT_EQ(PlainText(*longs, 1), "");
  auto flags = Values(arrow::boolean(), "[true]");
  EXPECT_EQ(Json(*flags), "true");
  EXPECT_EQ(PlainText(*flags, 0), "true");
  auto texts = Values(arrow::utf8(), R"(["a\"b"])");
  EXPECT_EQ(Json(*texts), R"("a\"b")");
  EXPECT_EQ(PlainText(*texts, 0), "a\"b");
}

TEST(ArrowTextTest, RealsReadBackAsTheyWere) {
  auto reals = Values(arrow::float64(), "[0.1, NaN, Inf]");
  EXPECT_EQ(Json(*reals), "0.1");
  EXPECT_EQ(Json(*reals, 1), "null");
  EXPECT_EQ(PlainText(*reals, 1), "nan");
  EXPECT_EQ(PlainText(*reals, 2), "inf");
  EXPECT_EQ(PlainText(*Values(arrow::float32(), "[0.1]"), 0), "0.1");
  EXPECT_EQ(Json(*Values(arrow::float32(), "[0.1]")), "0.1");
}

TEST(ArrowTextTest, TimesAreIso) {
  EXPECT_EQ(Json(*Values(arrow::date32(), "[1]")), R"("1970-01-02")");
  EXPECT_EQ(Json(*Values(arrow::time64(arrow::TimeUnit::MICRO), "[1500000]")), R"("00:00:01.5")");
  EXPECT_EQ(Json(*Values(arrow::timestamp(arrow::TimeUnit::MICRO), "[1000000]")),
            R"("1970-01-01T00:00:01")");
  EXPECT_EQ(Json(*Values(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), "[0]")),
            R"("1970-01-01T00:00:00+00:00")");
  EXPECT_EQ(PlainText(*Values(arrow::timestamp(arrow::TimeUnit::NANO), "[1]"), 0),
            "1970-01-01T00:00:00.000000001");
}

TEST(ArrowTextTest, BytesAndDecimals) {
  EXPECT_EQ(Json(*Values(arrow::binary(), R"(["\u0001z"])")), R"("017a")");
  EXPECT_EQ(Json(*Values(arrow::fixed_size_binary(2), R"(["ab"])")), R"("6162")");
  EXPECT_EQ(Json(*Values(arrow::decimal128(9, 2), R"(["14.20"])")), R"("14.20")");
  EXPECT_EQ(PlainText(*Values(arrow::decimal128(9, 2), R"(["-0.05"])"), 0), "-0.05");
}

TEST(ArrowTextTest, NestedValuesAreJson) {
  auto list = Values(arrow::list(arrow::int32()), "[[1, null], []]");
  EXPECT_EQ(Json(*list), "[1,null]");
  EXPECT_EQ(PlainText(*list, 1), "[]");
  auto record =
      Values(arrow::struct_({arrow::field("a", arrow::utf8()), arrow::field("b", arrow::date32())}),
             R"([{"a": "x", "b": 0}, {"a": null, "b": null}])");
  EXPECT_EQ(Json(*record), R"({"a":"x","b":"1970-01-01"})");
  EXPECT_EQ(Json(*record, 1), R"({"a":null,"b":null})");
  auto named = Values(arrow::map(arrow::utf8(), arrow::int32()), R"([[["k", 1], ["l", null]]])");
  EXPECT_EQ(Json(*named), R"({"k":1,"l":null})");
  auto numbered = Values(arrow::map(arrow::int32(), arrow::int32()), "[[[1, 2]]]");
  EXPECT_EQ(Json(*numbered), "[[1,2]]");
}

TEST(ArrowTextTest, SlicesBeginWhereTheyBegin) {
  auto list = Values(arrow::list(arrow::int32()), "[[1], [2, 3], [4]]")->Slice(1);
  EXPECT_EQ(Json(*list), "[2,3]");
  auto record =
      Values(arrow::struct_({arrow::field("a", arrow::int32())}), R"([{"a": 1}, {"a": 2}])")
          ->Slice(1);
  EXPECT_EQ(Json(*record), R"({"a":2})");
}

TEST(ArrowTextTest, MalformedTextIsValidJson) {
  arrow::StringBuilder builder;
  ASSERT_TRUE(builder.Append("a\xFF").ok());
  auto array = builder.Finish().ValueOrDie();
  EXPECT_EQ(Json(*array), "\"a\xEF\xBF\xBD\"");
}

TEST(ArrowTextTest, DictionariesAreTheirValues) {
  auto indices = Values(arrow::int32(), "[1, 0]");
  auto values = Values(arrow::utf8(), R"(["a", "b"])");
  auto array = arrow::DictionaryArray::FromArrays(indices, values).ValueOrDie();
  EXPECT_EQ(Json(*array), R"("b")");
  EXPECT_EQ(PlainText(*array, 0), "b");
}

TEST(ArrowTextTest, UuidsAreWrittenAsSuch) {
  auto storage = Values(arrow::fixed_size_binary(16), R"(["0123456789abcdef"])");
  auto uuids = arrow::ExtensionType::WrapArray(arrow::extension::uuid(), storage);
  EXPECT_EQ(Json(*uuids), R"("30313233-3435-3637-3839-616263646566")");
  EXPECT_EQ(PlainText(*uuids, 0), "30313233-3435-3637-3839-616263646566");
}

}  // namespace
}  // namespace firn::cli
