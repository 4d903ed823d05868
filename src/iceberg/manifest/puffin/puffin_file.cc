#include "iceberg/manifest/puffin/puffin_file.h"

#include <bit>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/json_reader.h"
#include "iceberg/manifest/puffin/puffin_layout_internal.h"

namespace firn::iceberg {
namespace {

constexpr json::ParseLimits kLimits{
    .max_bytes = kMaxPuffinFooterBytes, .max_depth = 32, .reject_duplicate_keys = false};

Error Corrupt(std::string_view path, int64_t offset, std::string_view why) {
  return Error(ErrorCode::kInvalidMetadata,
               fmt::format("Corrupt Puffin file {} at byte {}: {}", path, offset, why));
}

int32_t ReadInt32(std::string_view bytes) {
  static_assert(std::endian::native == std::endian::little);
  int32_t value = 0;
  bytes.copy(reinterpret_cast<char*>(&value), sizeof value);
  return value;
}

/// The last twelve bytes, taken apart.
struct Tail {
  int64_t payload_bytes = 0;
  bool packed = false;
};

Result<Tail> ReadTail(std::string_view tail, int64_t file_bytes, std::string_view path) {
  int64_t offset = file_bytes - std::ssize(tail);
  if (tail.size() != kPuffinTailBytes || offset < kPuffinMinBytes - std::ssize(tail)) {
    return Corrupt(path, file_bytes, "too short");
  }
  if (tail.substr(8) != kPuffinMagic) {
    return Corrupt(path, file_bytes - std::ssize(kPuffinMagic), "does not end as a Puffin file");
  }
  int32_t flags = ReadInt32(tail.substr(4));
  if ((flags & ~kPuffinFlagPacked) != 0) {
    return Error(ErrorCode::kUnsupported, fmt::format("Unknown flags in Puffin file {}: {:#x}",
                                                      path, static_cast<uint32_t>(flags)));
  }
  int32_t payload_bytes = ReadInt32(tail);
  if (payload_bytes < 0 || payload_bytes > file_bytes - kPuffinMinBytes) {
    return Corrupt(path, offset, "the footer is longer than the file");
  }
  if (static_cast<size_t>(payload_bytes) > kMaxPuffinFooterBytes) {
    return Error(ErrorCode::kPayloadTooLarge,
                 fmt::format("Footer of Puffin file {} has {} bytes", path, payload_bytes));
  }
  return Tail{payload_bytes, flags != 0};
}

Result<FrameCodec> CodecOf(std::optional<std::string_view> name) {
  if (!name.has_value()) {
    return FrameCodec::kNone;
  }
  if (*name == "lz4") {
    return FrameCodec::kLz4;
  }
  if (*name == "zstd") {
    return FrameCodec::kZstd;
  }
  return Error(ErrorCode::kUnsupported,
               "Puffin codec is not supported: " + std::string(name->substr(0, 40)));
}

Result<PuffinBlob> ParseBlob(json::Element element) {
  ASSIGN_OR_RETURN(json::Object object, json::AsObject(element, "blob"));
  PuffinBlob blob;
  ASSIGN_OR_RETURN(blob.type, json::GetString(object, "type"));
  ASSIGN_OR_RETURN(std::vector<int32_t> fields, json::GetInt32List(object, "fields"));
  for (int32_t field : fields) {
    blob.fields.emplace_back(field);
  }
  ASSIGN_OR_RETURN(int64_t snapshot, json::GetInt64(object, "snapshot-id"));
  blob.snapshot_id = SnapshotId(snapshot);
  ASSIGN_OR_RETURN(int64_t sequence, json::GetInt64(object, "sequence-number"));
  blob.sequence_number = SequenceNumber(sequence);
  ASSIGN_OR_RETURN(blob.offset, json::GetInt64(object, "offset"));
  ASSIGN_OR_RETURN(blob.length_bytes, json::GetInt64(object, "length"));
  ASSIGN_OR_RETURN(auto codec, json::FindString(object, "compression-codec"));
  ASSIGN_OR_RETURN(blob.codec, CodecOf(codec));
  ASSIGN_OR_RETURN(blob.properties, json::FindStringMap(object, "properties"));
  return blob;
}

Result<PuffinFooter> ParseFooter(std::string_view text) {
  ASSIGN_OR_RETURN(json::Document document, json::Document::Parse(text, kLimits));
  ASSIGN_OR_RETURN(json::Object root, json::AsObject(document.root(), "footer"));
  PuffinFooter footer;
  ASSIGN_OR_RETURN(json::Array blobs, json::GetArray(root, "blobs"));
  for (json::Element element : blobs) {
    ASSIGN_OR_RETURN(PuffinBlob blob, ParseBlob(element));
    footer.blobs.push_back(std::move(blob));
  }
  ASSIGN_OR_RETURN(footer.properties, json::FindStringMap(root, "properties"));
  return footer;
}

/// A defect of the JSON or of a frame is one of the file.
Error AtOffset(Error error, std::string_view path, int64_t offset) {
  if (error.code() == ErrorCode::kInvalidArgument || error.code() == ErrorCode::kInvalidMetadata) {
    return Corrupt(path, offset, error.message());
  }
  return std::move(error).With("file", std::string(path));
}

}  // namespace

Result<int64_t> PuffinFooterBytes(std::string_view tail,
                                  int64_t file_bytes,
                                  std::string_view path) {
  ASSIGN_OR_RETURN(Tail read, ReadTail(tail, file_bytes, path));
  return std::ssize(kPuffinMagic) + read.payload_bytes + std::ssize(tail);
}

Result<PuffinFooter> ReadPuffinFooter(std::string_view end,
                                      int64_t file_bytes,
                                      std::string_view path) {
  size_t tail_bytes = std::min(end.size(), kPuffinTailBytes);
  ASSIGN_OR_RETURN(Tail tail, ReadTail(end.substr(end.size() - tail_bytes), file_bytes, path));
  int64_t footer_bytes =
      std::ssize(kPuffinMagic) + tail.payload_bytes + static_cast<int64_t>(kPuffinTailBytes);
  if (std::ssize(end) < footer_bytes) {
    return Error(
        ErrorCode::kInvalidArgument,
        fmt::format("{} bytes of Puffin file {} do not hold its footer", end.size(), path));
  }
  std::string_view footer = end.substr(end.size() - static_cast<size_t>(footer_bytes));
  int64_t footer_offset = file_bytes - footer_bytes;
  if (!footer.starts_with(kPuffinMagic)) {
    return Corrupt(path, footer_offset, "the footer does not begin with the magic");
  }
  std::string_view payload =
      footer.substr(kPuffinMagic.size(), static_cast<size_t>(tail.payload_bytes));
  int64_t payload_offset = footer_offset + std::ssize(kPuffinMagic);
  std::string unpacked;
  if (tail.packed) {
    auto inflated = UnpackFrame(FrameCodec::kLz4, payload, kMaxPuffinFooterBytes);
    if (!inflated.has_value()) {
      return AtOffset(TakeError(std::move(inflated)), path, payload_offset);
    }
    unpacked = *std::move(inflated);
    payload = unpacked;
  }
  auto parsed = ParseFooter(payload);
  if (!parsed.has_value()) {
    return AtOffset(TakeError(std::move(parsed)), path, payload_offset);
  }
  for (const PuffinBlob& blob : parsed->blobs) {
    if (blob.offset < std::ssize(kPuffinMagic) || blob.length_bytes < 0 ||
        blob.length_bytes > footer_offset || blob.offset > footer_offset - blob.length_bytes) {
      return Corrupt(path, payload_offset, "a blob lies outside the file's blobs");
    }
  }
  return parsed;
}

Result<std::string> UnpackBlob(const PuffinBlob& blob,
                               std::string_view stored,
                               std::string_view path) {
  if (std::ssize(stored) != blob.length_bytes) {
    return Corrupt(path, blob.offset, "a blob is cut short");
  }
  auto content = UnpackFrame(blob.codec, stored, kMaxPuffinBlobBytes);
  if (!content.has_value()) {
    return AtOffset(TakeError(std::move(content)), path, blob.offset);
  }
  return content;
}

}  // namespace firn::iceberg
