#include "iceberg/manifest/avro/decoder.h"

#include <cstring>
#include <limits>

#include <gtest/gtest.h>

#include "iceberg/manifest/avro/testing/avro_writer.h"

namespace firn::iceberg::avro {
namespace {

using testing::Long;
using testing::Text;

class DecoderTest : public ::testing::Test {
 protected:
  const Node& Type(std::string_view json) {
    schemas_.push_back(Schema::Parse(json).value());
    return schemas_.back().root();
  }

 private:
  std::vector<Schema> schemas_;
};

TEST_F(DecoderTest, IntegersOfEverySize) {
  for (int64_t value : {int64_t{0}, int64_t{-1}, int64_t{1}, int64_t{63}, int64_t{64}, int64_t{-65},
                        int64_t{1} << 31, std::numeric_limits<int64_t>::min(),
                        std::numeric_limits<int64_t>::max()}) {
    std::string bytes = Long(value);
    Decoder decoder(bytes);
    EXPECT_EQ(decoder.Varint(), value);
    EXPECT_TRUE(decoder.ok());
    EXPECT_EQ(decoder.remaining(), 0);
    Decoder cut(std::string_view(bytes).substr(0, bytes.size() - 1));
    cut.Varint();
    EXPECT_FALSE(cut.ok());
  }
  std::string endless(20, '\xff');
  Decoder decoder(endless);
  decoder.Varint();
  EXPECT_FALSE(decoder.ok());
}

TEST_F(DecoderTest, UnionsAndPromotions) {
  std::string bytes = Long(0) + Long(1) + Long(5) + Long(1) + Long(5);
  Decoder decoder(bytes);
  EXPECT_EQ(decoder.ReadInt64(Type(R"(["null","int"])")), std::nullopt);
  EXPECT_EQ(decoder.ReadInt64(Type(R"(["null","int"])")), 5);
  EXPECT_EQ(decoder.ReadInt32(Type(R"(["int","long"])")), 5);
  EXPECT_TRUE(decoder.ok());
  EXPECT_EQ(decoder.remaining(), 0);
}

TEST_F(DecoderTest, ATypeThatDoesNotFitIsADefect) {
  std::string bytes = Long(int64_t{1} << 40);
  Decoder wide(bytes);
  EXPECT_EQ(wide.ReadInt32(Type(R"("long")")), std::nullopt);
  EXPECT_FALSE(wide.ok());
  Decoder text(bytes);
  EXPECT_EQ(text.ReadInt64(Type(R"("string")")), std::nullopt);
  EXPECT_FALSE(text.ok());
  Decoder branch(bytes);
  branch.ReadInt64(Type(R"(["null","int"])"));
  EXPECT_FALSE(branch.ok());
}

TEST_F(DecoderTest, TextOfEveryKind) {
  std::string bytes = Text("héllo") + Text("bytes") + "fix4" + Long(1);
  Decoder decoder(bytes);
  EXPECT_EQ(decoder.ReadBytes(Type(R"("string")")), "héllo");
  EXPECT_EQ(decoder.ReadBytes(Type(R"("bytes")")), "bytes");
  EXPECT_EQ(decoder.ReadBytes(Type(R"({"type":"fixed","name":"f","size":4})")), "fix4");
  EXPECT_EQ(decoder.ReadBytes(Type(R"({"type":"enum","name":"e","symbols":["A","B"]})")), "B");
  EXPECT_TRUE(decoder.ok());
  EXPECT_EQ(decoder.ReadBytes(Type(R"("string")")), std::nullopt);
  EXPECT_FALSE(decoder.ok());
}

TEST_F(DecoderTest, FloatingPoint) {
  double number = -2.5;
  float single = 0.5F;
  std::string bytes(12, '\0');
  std::memcpy(bytes.data(), &number, 8);
  std::memcpy(bytes.data() + 8, &single, 4);
  Decoder decoder(bytes);
  EXPECT_EQ(decoder.ReadDouble(Type(R"("double")")), -2.5);
  EXPECT_EQ(decoder.ReadDouble(Type(R"("float")")), 0.5);
}

TEST_F(DecoderTest, ListsInRunsWithAndWithoutSizes) {
  std::string bytes = Long(2) + Long(10) + Long(11) + Long(-1) + Long(1) + Long(12) + Long(0);
  Decoder decoder(bytes);
  std::vector<int64_t> values;
  const Node& type = Type(R"({"type":"array","items":"long"})");
  auto read = [&](const Node& item) { values.push_back(decoder.ReadInt64(item).value_or(-1)); };
  EXPECT_TRUE(decoder.ReadArray(type, read));
  EXPECT_EQ(values, (std::vector<int64_t>{10, 11, 12}));
  EXPECT_TRUE(decoder.ok());
  Decoder skipping(bytes);
  skipping.Skip(type);
  EXPECT_TRUE(skipping.ok());
  EXPECT_EQ(skipping.remaining(), 0);
}

TEST_F(DecoderTest, CountsBeyondTheDataAreRefused) {
  for (int64_t count : {int64_t{100}, int64_t{-100}, std::numeric_limits<int64_t>::max(),
                        std::numeric_limits<int64_t>::min()}) {
    std::string bytes = Long(count) + Long(0) + "xx";
    for (std::string_view items : {"long", "null"}) {
      const Node& type = Type(R"({"type":"array","items":")" + std::string(items) + "\"}");
      Decoder decoder(bytes);
      decoder.ReadArray(type, [&](const Node& item) { decoder.Skip(item); });
      EXPECT_FALSE(decoder.ok()) << count;
    }
    Decoder map(bytes);
    map.Skip(Type(R"({"type":"map","values":"null"})"));
    EXPECT_TRUE(!map.ok() || count < 0) << count;
  }
}

TEST_F(DecoderTest, ValuesWithoutBytesDoNotLastForEver) {
  // One item in each of many runs, each item a record of many nulls.
  std::string fields;
  for (int i = 0; i < 500; ++i) {
    fields += (i > 0 ? "," : "") + (R"({"name":"n)" + std::to_string(i) + R"(","type":"null"})");
  }
  const Node& type =
      Type(R"({"type":"array","items":{"type":"record","name":"r","fields":[)" + fields + "]}}");
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) {
    bytes += Long(1);
  }
  bytes += Long(0);
  Decoder decoder(bytes);
  decoder.Skip(type);
  EXPECT_FALSE(decoder.ok());
}

TEST_F(DecoderTest, ARecursiveValueEnds) {
  const Node& type =
      Type(R"({"type":"record","name":"r","fields":[{"name":"n","type":["null","r"]}]})");
  std::string bytes;
  for (int i = 0; i < 10'000; ++i) {
    bytes += Long(1);
  }
  Decoder decoder(bytes);
  decoder.Skip(type);
  EXPECT_FALSE(decoder.ok());
}

}  // namespace
}  // namespace firn::iceberg::avro
