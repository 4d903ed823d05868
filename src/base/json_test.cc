#include <limits>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/testing/matchers.h"

namespace firn {
namespace {

using testing::IsError;
using testing::IsOk;

TEST(JsonWriterTest, PrintsNestedValues) {
  std::string out;
  JsonWriter(out)
      .BeginObject()
      .Field("a", 1)
      .Field("b", "x\"\n\x01")
      .Field("c", true)
      .Key("d")
      .BeginArray()
      .Double(1)
      .Double(0.1)
      .Null()
      .EndArray()
      .RawField("e", "{}")
      .EndObject();
  EXPECT_EQ(out, R"({"a":1,"b":"x\"\n\u0001","c":true,"d":[1.0,0.1,null],"e":{}})");
}

TEST(JsonWriterTest, IntegersAtTheirLimits) {
  std::string out;
  JsonWriter(out).BeginArray().Int(std::numeric_limits<int64_t>::min()).EndArray();
  EXPECT_EQ(out, "[-9223372036854775808]");
}

TEST(JsonDocumentTest, RefusesMalformedText) {
  for (std::string_view text :
       {"", "{", "{\"x\":[1,2}}", "{} {}", "[1,]", "\"\xff\"", "nul", "{\"a\":1,\"a\":2}"}) {
    EXPECT_THAT(json::Document::Parse(text), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(JsonDocumentTest, RefusesDeepNesting) {
  std::string deep = std::string(5000, '[') + std::string(5000, ']');
  EXPECT_THAT(json::Document::Parse(deep), IsError(ErrorCode::kInvalidArgument));
  std::string fine = std::string(100, '[') + std::string(100, ']');
  EXPECT_THAT(json::Document::Parse(fine), IsOk());
}

TEST(JsonDocumentTest, RefusesLargeText) {
  EXPECT_THAT(json::Document::Parse("[1,2,3]", {.max_bytes = 3}),
              IsError(ErrorCode::kPayloadTooLarge));
}

TEST(JsonDocumentTest, DuplicateKeysPassWhereAllowed) {
  EXPECT_THAT(json::Document::Parse(R"({"a":1,"a":2})", json::kFileLimits), IsOk());
}

TEST(JsonFieldTest, TypesAreChecked) {
  ASSERT_OK_AND_ASSIGN(auto document, json::Document::Parse(R"({"i":7,"s":"x","n":null,
      "big":4294967296,"l":["a","b"],"m":{"k":"v"},"d":1.5})"));
  ASSERT_OK_AND_ASSIGN(auto object, json::AsObject(document.root(), "root"));
  EXPECT_EQ(*json::GetInt32(object, "i"), 7);
  EXPECT_EQ(*json::GetInt64(object, "big"), 4294967296);
  EXPECT_THAT(json::GetInt32(object, "big"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(json::GetInt64(object, "d"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(json::GetString(object, "i"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(json::GetString(object, "n"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(json::GetString(object, "absent"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(*json::FindString(object, "n"), std::nullopt);
  EXPECT_EQ(*json::GetStringList(object, "l"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(json::GetStringMap(object, "m")->at("k"), "v");
  EXPECT_TRUE(json::FindStringMap(object, "absent")->empty());
}

}  // namespace
}  // namespace firn
