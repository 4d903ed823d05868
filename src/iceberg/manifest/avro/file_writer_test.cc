#include "iceberg/manifest/avro/file_writer.h"

#include <vector>

#include "base/testing/matchers.h"
#include "iceberg/manifest/avro/encoder.h"
#include "iceberg/manifest/avro/file_reader.h"

namespace firn::iceberg::avro {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;

constexpr std::string_view kSchema =
    R"({"type":"record","name":"r","fields":[{"name":"s","type":"string"}]})";
constexpr std::array kAllCodecs = {CompressionCodec::kNull, CompressionCodec::kDeflate,
                                   CompressionCodec::kSnappy, CompressionCodec::kZstandard};

std::string Write(CompressionCodec codec, const std::vector<std::string>& texts) {
  const std::vector<std::pair<std::string, std::string>> metadata{{"key", "value"}};
  auto file = FileWriter::Make(kSchema, metadata, {.codec = codec});
  EXPECT_THAT(file, IsOk());
  Encoder encoder;
  for (const std::string& text : texts) {
    encoder.Clear();
    encoder.Bytes(text);
    EXPECT_THAT(file->Append(encoder.buffer()), IsOk());
  }
  auto bytes = (*std::move(file)).Finish();
  EXPECT_THAT(bytes, IsOk());
  return bytes.value_or("");
}

TEST(AvroFileWriterTest, WhatIsWrittenIsRead) {
  std::vector<std::string> texts;
  for (int i = 0; i < 5000; ++i) {
    texts.push_back("text " + std::to_string(i * 7919) +
                    std::string(static_cast<size_t>(i) % 70, 'x'));
  }
  for (CompressionCodec codec : kAllCodecs) {
    std::string bytes = Write(codec, texts);
    auto file = FileReader::Open(bytes, "f");
    ASSERT_THAT(file, IsOk());
    EXPECT_EQ(file->Metadata("key"), "value");
    EXPECT_EQ(file->Metadata("avro.codec"), AvroName(codec));
    std::vector<std::string> read;
    int blocks = 0;
    while (true) {
      auto block = file->NextBlock();
      ASSERT_THAT(block, IsOk());
      if (!block->has_value()) {
        break;
      }
      ++blocks;
      Decoder decoder((*block)->content);
      for (int64_t i = 0; i < (*block)->count; ++i) {
        read.emplace_back(decoder.LengthAndBytes());
      }
      EXPECT_EQ(decoder.remaining(), 0);
    }
    EXPECT_EQ(read, texts);
    EXPECT_GT(blocks, 2);
  }
}

TEST(AvroFileWriterTest, TheSizeIsEstimatedBeforeItIsKnown) {
  for (CompressionCodec codec : kAllCodecs) {
    auto file = FileWriter::Make(kSchema, {}, {.codec = codec});
    ASSERT_THAT(file, IsOk());
    Encoder encoder;
    for (int i = 0; i < 20'000; ++i) {
      encoder.Clear();
      encoder.Bytes("/some/folder/with/a/file-" + std::to_string(i));
      ASSERT_THAT(file->Append(encoder.buffer()), IsOk());
    }
    auto estimate = static_cast<double>(file->EstimatedBytes());
    auto bytes = (*std::move(file)).Finish();
    ASSERT_THAT(bytes, IsOk());
    EXPECT_NEAR(estimate / static_cast<double>(bytes->size()), 1, 0.05) << AvroName(codec);
  }
}

TEST(AvroFileWriterTest, CodecsAreNamedAsPropertiesNameThem) {
  EXPECT_EQ(ParseCompression("GZIP", 3)->codec, CompressionCodec::kDeflate);
  EXPECT_EQ(ParseCompression("uncompressed", std::nullopt)->codec, CompressionCodec::kNull);
  EXPECT_EQ(ParseCompression("zstd", 22)->level, 22);
  EXPECT_THAT(ParseCompression("zstd", 23), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ParseCompression("gzip", 0), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ParseCompression("bzip2", std::nullopt), IsError(ErrorCode::kInvalidArgument));
}

TEST(AvroFileWriterTest, ARecordThatNoReaderTakesIsRefused) {
  auto file = FileWriter::Make(kSchema, {}, {});
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(file->Append(std::string(size_t{64} << 20, 'x')),
              IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::iceberg::avro
