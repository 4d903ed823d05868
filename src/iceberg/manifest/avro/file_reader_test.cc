#include "iceberg/manifest/avro/file_reader.h"

#include <libdeflate.h>
#include <snappy.h>
#include <zstd.h>

#include "base/testing/matchers.h"
#include "iceberg/manifest/avro/testing/avro_writer.h"

namespace firn::iceberg::avro {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using testing::File;
using ::testing::HasSubstr;
using testing::Long;
using testing::RawBlock;
using testing::Text;

constexpr std::string_view kSchema =
    R"({"type":"record","name":"r","fields":[{"name":"s","type":"string"}]})";

std::string Pack(std::string_view codec, std::string_view text) {
  std::string packed(text.size() * 2 + 100, '\0');
  if (codec == "deflate") {
    libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
    packed.resize(libdeflate_deflate_compress(compressor, text.data(), text.size(), packed.data(),
                                              packed.size()));
    libdeflate_free_compressor(compressor);
  } else if (codec == "zstandard") {
    packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  } else if (codec == "snappy") {
    snappy::Compress(text.data(), text.size(), &packed);
    uint32_t checksum = libdeflate_crc32(0, text.data(), text.size());
    for (int shift = 24; shift >= 0; shift -= 8) {
      packed += static_cast<char>(checksum >> shift);
    }
  } else {
    packed = text;
  }
  return packed;
}

/// All strings in the file, or the first error.
Result<std::vector<std::string>> ReadStrings(std::string_view bytes) {
  ASSIGN_OR_RETURN(FileReader file, FileReader::Open(bytes, "some/file.avro"));
  std::vector<std::string> strings;
  while (true) {
    ASSIGN_OR_RETURN(auto block, file.NextBlock());
    if (!block.has_value()) {
      return strings;
    }
    Decoder decoder(block->content);
    for (int64_t i = 0; i < block->count; ++i) {
      strings.emplace_back(decoder.LengthAndBytes());
    }
    if (!decoder.ok()) {
      return file.BlockError(decoder);
    }
  }
}

TEST(AvroFileReaderTest, EveryCodec) {
  std::string large(300'000, 'x');
  std::string content = Text("one") + Text(large);
  for (std::string_view codec : {"null", "deflate", "snappy", "zstandard"}) {
    std::string bytes = File(
        kSchema, codec, {RawBlock{2, Pack(codec, content)}, RawBlock{1, Pack(codec, Text("3"))}});
    auto strings = ReadStrings(bytes);
    ASSERT_THAT(strings, IsOk()) << codec;
    EXPECT_EQ(*strings, (std::vector<std::string>{"one", large, "3"})) << codec;
  }
}

TEST(AvroFileReaderTest, MetadataIsKept) {
  std::string bytes = File(kSchema, "null", {}, {{"schema-id", "3"}});
  auto file = FileReader::Open(bytes, "f");
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(file->Metadata("schema-id"), "3");
  EXPECT_EQ(file->Metadata("none"), std::nullopt);
}

TEST(AvroFileReaderTest, ErrorsNameFileAndOffset) {
  std::string bytes = File(kSchema, "null", {RawBlock{2, Text("only one")}});
  auto strings = ReadStrings(bytes);
  ASSERT_THAT(strings, IsError(ErrorCode::kInvalidMetadata));
  EXPECT_THAT(strings.error().message(), HasSubstr("some/file.avro"));
  EXPECT_THAT(strings.error().message(), HasSubstr("at byte"));
}

TEST(AvroFileReaderTest, DamageIsFound) {
  EXPECT_THAT(ReadStrings(""), IsError(ErrorCode::kInvalidMetadata));
  EXPECT_THAT(ReadStrings("PAR1....PAR1"), IsError(ErrorCode::kInvalidMetadata));
  EXPECT_THAT(ReadStrings("AGS1...."), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(ReadStrings(File(kSchema, "lzma", {})), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(ReadStrings(File("{", "null", {})), IsError(ErrorCode::kInvalidMetadata));

  std::string bytes = File(kSchema, "null", {RawBlock{1, Text("x")}});
  bytes.back() = '!';
  EXPECT_THAT(ReadStrings(bytes), IsError(ErrorCode::kInvalidMetadata));
  for (int64_t count : {int64_t{-1}, int64_t{1} << 60}) {
    EXPECT_THAT(ReadStrings(File(kSchema, "null", {RawBlock{count, Text("x")}})),
                IsError(ErrorCode::kInvalidMetadata));
  }
  for (std::string_view codec : {"deflate", "snappy", "zstandard"}) {
    std::string packed = Pack(codec, Text(std::string(1000, 'y')));
    for (size_t size : {size_t{0}, size_t{3}, packed.size() / 2, packed.size() - 1}) {
      EXPECT_THAT(ReadStrings(File(kSchema, codec, {RawBlock{1, packed.substr(0, size)}})),
                  IsError(ErrorCode::kInvalidMetadata))
          << codec << " " << size;
    }
  }
}

TEST(AvroFileReaderTest, BombsAreRefused) {
  std::string content(kMaxBlockBytes + 1, '\0');
  for (std::string_view codec : {"deflate", "snappy", "zstandard"}) {
    EXPECT_THAT(ReadStrings(File(kSchema, codec, {RawBlock{1, Pack(codec, content)}})),
                IsError(ErrorCode::kInvalidMetadata))
        << codec;
  }
  // Snappy's header may claim anything.
  EXPECT_THAT(ReadStrings(File(kSchema, "snappy",
                               {RawBlock{1,
                                         "\xff\xff\xff\xff\x0f"
                                         "abcdef"}})),
              IsError(ErrorCode::kInvalidMetadata));
}

}  // namespace
}  // namespace firn::iceberg::avro
