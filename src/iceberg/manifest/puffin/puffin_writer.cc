#include "iceberg/manifest/puffin/puffin_writer.h"

#include <bit>
#include <utility>

#include "base/json_writer.h"
#include "iceberg/manifest/puffin/puffin_layout_internal.h"

namespace firn::iceberg {
namespace {

std::string Int32Bytes(int32_t value) {
  static_assert(std::endian::native == std::endian::little);
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

void AppendProperties(const std::map<std::string, std::string>& properties, JsonWriter& json) {
  if (properties.empty()) {
    return;
  }
  json.Key("properties").BeginObject();
  for (const auto& [key, value] : properties) {
    json.Field(key, std::string_view(value));
  }
  json.EndObject();
}

void AppendBlob(const PuffinBlob& blob, JsonWriter& json) {
  json.BeginObject().Field("type", std::string_view(blob.type)).Key("fields").BeginArray();
  for (FieldId field : blob.fields) {
    json.Int(field.value());
  }
  json.EndArray();
  json.Field("snapshot-id", blob.snapshot_id.value());
  json.Field("sequence-number", blob.sequence_number.value());
  json.Field("offset", blob.offset).Field("length", blob.length_bytes);
  if (blob.codec != FrameCodec::kNone) {
    json.Field("compression-codec", blob.codec == FrameCodec::kLz4 ? "lz4" : "zstd");
  }
  AppendProperties(blob.properties, json);
  json.EndObject();
}

std::string PrintFooter(const PuffinFooter& footer) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("blobs").BeginArray();
  for (const PuffinBlob& blob : footer.blobs) {
    AppendBlob(blob, json);
  }
  json.EndArray();
  AppendProperties(footer.properties, json);
  json.EndObject();
  return text;
}

}  // namespace

PuffinWriter::PuffinWriter(std::string created_by) : bytes_(kPuffinMagic) {
  footer_.properties.emplace("created-by", std::move(created_by));
}

Result<PuffinBlob> PuffinWriter::Add(PuffinBlob blob, std::string_view content) {
  ASSIGN_OR_RETURN(std::string stored, PackFrame(blob.codec, content));
  blob.offset = std::ssize(bytes_);
  blob.length_bytes = std::ssize(stored);
  bytes_ += stored;
  footer_.blobs.push_back(blob);
  return blob;
}

Result<WrittenPuffin> PuffinWriter::Finish(FrameCodec footer_codec) && {
  size_t footer_offset = bytes_.size();
  if (footer_codec == FrameCodec::kZstd) {
    return Error(ErrorCode::kInvalidArgument, "Puffin footers are packed by lz4 or not at all");
  }
  ASSIGN_OR_RETURN(std::string payload, PackFrame(footer_codec, PrintFooter(footer_)));
  if (payload.size() > kMaxPuffinFooterBytes) {
    return Error(ErrorCode::kPayloadTooLarge,
                 "A Puffin footer has too many bytes: " + std::to_string(payload.size()));
  }
  bytes_ += kPuffinMagic;
  bytes_ += payload;
  bytes_ += Int32Bytes(static_cast<int32_t>(payload.size()));
  bytes_ += Int32Bytes(footer_codec == FrameCodec::kLz4 ? kPuffinFlagPacked : 0);
  bytes_ += kPuffinMagic;
  WrittenPuffin written;
  written.footer_bytes = static_cast<int64_t>(bytes_.size() - footer_offset);
  written.bytes = std::move(bytes_);
  return written;
}

}  // namespace firn::iceberg
