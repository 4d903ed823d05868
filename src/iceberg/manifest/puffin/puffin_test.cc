#include "base/testing/matchers.h"
#include "iceberg/manifest/puffin/puffin_file.h"
#include "iceberg/manifest/puffin/puffin_writer.h"

namespace firn::iceberg {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using ::testing::HasSubstr;

PuffinBlob Blob(FrameCodec codec) {
  PuffinBlob blob;
  blob.type = "some-sketch-v1";
  blob.fields = {FieldId(3), FieldId(1)};
  blob.snapshot_id = SnapshotId(8'000'000'000'000'000'001);
  blob.sequence_number = SequenceNumber(4);
  blob.codec = codec;
  blob.properties = {{"ndv", "12"}, {"quote\"d", "é"}};
  return blob;
}

std::string Content(int n) { return std::string(static_cast<size_t>(n) * 40'000, 'x') + "end"; }

TEST(PuffinTest, WhatIsWrittenIsRead) {
  for (FrameCodec footer_codec : {FrameCodec::kNone, FrameCodec::kLz4}) {
    PuffinWriter writer("Firn test");
    std::vector<PuffinBlob> stored;
    for (FrameCodec codec : {FrameCodec::kNone, FrameCodec::kLz4, FrameCodec::kZstd}) {
      auto blob = writer.Add(Blob(codec), Content(static_cast<int>(codec)));
      ASSERT_THAT(blob, IsOk());
      stored.push_back(*blob);
    }
    auto file = std::move(writer).Finish(footer_codec);
    ASSERT_THAT(file, IsOk());
    const std::string& bytes = file->bytes;
    auto file_bytes = std::ssize(bytes);
    std::string_view tail = std::string_view(bytes).substr(bytes.size() - kPuffinTailBytes);
    auto footer_bytes = PuffinFooterBytes(tail, file_bytes, "f.puffin");
    ASSERT_THAT(footer_bytes, IsOk());
    EXPECT_EQ(*footer_bytes, file->footer_bytes);
    auto end = std::string_view(bytes).substr(static_cast<size_t>(file_bytes - *footer_bytes));
    auto footer = ReadPuffinFooter(end, file_bytes, "f.puffin");
    ASSERT_THAT(footer, IsOk());
    EXPECT_EQ(footer->blobs, stored);
    EXPECT_EQ(footer->properties.at("created-by"), "Firn test");
    EXPECT_EQ(*ReadPuffinFooter(bytes, file_bytes, "f.puffin"), *footer);
    for (size_t i = 0; i < stored.size(); ++i) {
      std::string_view there = std::string_view(bytes).substr(
          static_cast<size_t>(stored[i].offset), static_cast<size_t>(stored[i].length_bytes));
      auto content = UnpackBlob(stored[i], there, "f.puffin");
      ASSERT_THAT(content, IsOk());
      EXPECT_EQ(*content, Content(static_cast<int>(i)));
      EXPECT_THAT(UnpackBlob(stored[i], there.substr(1), "f.puffin"),
                  IsError(ErrorCode::kInvalidMetadata));
    }
  }
}

/// A file around a footer's JSON, right or wrong.
std::string FileOf(std::string_view json,
                   std::string_view flags = std::string_view("\0\0\0\0", 4)) {
  auto size = static_cast<uint32_t>(json.size());
  return "PFA1PFA1" + std::string(json) +
         std::string(reinterpret_cast<const char*>(&size), sizeof size) + std::string(flags) +
         "PFA1";
}

auto Read(std::string_view bytes) { return ReadPuffinFooter(bytes, std::ssize(bytes), "f.puffin"); }

TEST(PuffinTest, DamageIsNamed) {
  EXPECT_THAT(Read(FileOf(R"({"blobs":[]})")), IsOk());
  for (const std::string& bytes :
       {std::string(), std::string("PFA1"), std::string(100, 'x'), FileOf("{"), FileOf("[]"),
        FileOf("{}"), FileOf(R"({"blobs":[{}]})"), FileOf(R"({"blobs":{}})"),
        "PFA1" + std::string(40, 'x') + "\xFF\xFF\xFF\x7F" + std::string(4, '\0') + "PFA1",
        "PFA1" + std::string(40, 'x') + "\xFF\xFF\xFF\xFF" + std::string(4, '\0') + "PFA1",
        // Packed, it says.
        FileOf(R"({"blobs":[]})", std::string_view("\1\0\0\0", 4))}) {
    auto footer = Read(bytes);
    ASSERT_THAT(footer, IsError(ErrorCode::kInvalidMetadata)) << bytes;
    EXPECT_THAT(footer.error().message(), HasSubstr("f.puffin at byte"));
  }
  EXPECT_THAT(Read(FileOf(R"({"blobs":[]})", std::string_view("\2\0\0\0", 4))),
              IsError(ErrorCode::kUnsupported));
}

TEST(PuffinTest, BlobsLieBeforeTheFooter) {
  auto blob = [](std::string_view offset, std::string_view length, std::string_view more = "") {
    return R"({"blobs":[{"type":"t","fields":[],"snapshot-id":1,"sequence-number":1,"offset":)" +
           std::string(offset) + R"(,"length":)" + std::string(length) + std::string(more) + "}]}";
  };
  EXPECT_THAT(Read(FileOf(blob("4", "0"))), IsOk());
  for (auto [offset, length] :
       {std::pair("4", "1"), std::pair("0", "4"), std::pair("-1", "1"), std::pair("4", "-1"),
        std::pair("9223372036854775807", "9223372036854775807")}) {
    EXPECT_THAT(Read(FileOf(blob(offset, length))), IsError(ErrorCode::kInvalidMetadata));
  }
  EXPECT_THAT(Read(FileOf(blob("4", "0", R"(,"compression-codec":"zip")"))),
              IsError(ErrorCode::kUnsupported));
}

TEST(PuffinTest, FramesAreWholeAndBounded) {
  for (FrameCodec codec : {FrameCodec::kLz4, FrameCodec::kZstd}) {
    auto frame = PackFrame(codec, std::string(500'000, 'z'));
    ASSERT_THAT(frame, IsOk());
    EXPECT_EQ(UnpackFrame(codec, *frame, 500'000)->size(), 500'000);
    EXPECT_THAT(UnpackFrame(codec, *frame, 499'999), IsError(ErrorCode::kPayloadTooLarge));
    EXPECT_THAT(UnpackFrame(codec, *frame + "x", 1 << 20), IsError(ErrorCode::kInvalidMetadata));
    for (size_t size : {size_t{0}, size_t{5}, frame->size() / 2, frame->size() - 1}) {
      EXPECT_THAT(UnpackFrame(codec, std::string_view(*frame).substr(0, size), 1 << 20),
                  IsError(ErrorCode::kInvalidMetadata));
    }
    EXPECT_EQ(UnpackFrame(codec, *PackFrame(codec, ""), 10)->size(), 0);
  }
}

}  // namespace
}  // namespace firn::iceberg
