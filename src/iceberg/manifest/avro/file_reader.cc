#include "iceberg/manifest/avro/file_reader.h"

#include <utility>

namespace firn::iceberg::avro {
namespace {

/// Of Iceberg's encryption ("AES GCM Stream").
constexpr std::string_view kEncryptedMagic = "AGS1";
constexpr int64_t kSyncBytes = 16;

}  // namespace

Result<FileReader> FileReader::Open(std::string_view bytes, std::string path) {
  FileReader reader(bytes, std::move(path));
  RETURN_IF_ERROR(reader.ReadHeader());
  return reader;
}

Error FileReader::Corrupt(size_t offset, std::string_view why) const {
  return Error(ErrorCode::kInvalidMetadata, "Corrupt Avro file " + path_ + " at byte " +
                                                std::to_string(offset) + ": " + std::string(why));
}

Error FileReader::BlockError(const Decoder& decoder) const {
  return BlockError(decoder.defect(), decoder.position());
}

Error FileReader::BlockError(std::string_view defect, size_t position) const {
  return Corrupt(block_offset_,
                 std::string(defect) + " (byte " + std::to_string(position) + " of the block)");
}

Status FileReader::ReadHeader() {
  if (bytes_.starts_with(kEncryptedMagic)) {
    return Error(ErrorCode::kUnsupported, "File is encrypted: " + path_);
  }
  if (!bytes_.starts_with(kFileMagic)) {
    return Corrupt(0, "not an Avro file");
  }
  Decoder decoder(bytes_.substr(kFileMagic.size()));
  while (decoder.ok()) {
    int64_t count = decoder.Varint();
    if (count == 0) {
      break;
    }
    if (count < 0) {
      decoder.Varint();
    }
    // Away from zero: the smallest integer has no opposite.
    for (int64_t left = count < 0 ? count : -count; left < 0 && decoder.ok(); ++left) {
      std::string_view key = decoder.LengthAndBytes();
      std::string_view value = decoder.LengthAndBytes();
      if (decoder.ok()) {
        metadata_.insert_or_assign(key, value);
      }
    }
  }
  sync_ = decoder.Bytes(kSyncBytes);
  if (!decoder.ok()) {
    return Corrupt(kFileMagic.size() + decoder.position(), decoder.defect());
  }
  position_ = kFileMagic.size() + decoder.position();

  auto schema = Schema::Parse(Metadata("avro.schema").value_or(""));
  if (!schema.has_value()) {
    return TakeError(std::move(schema)).With("file", path_);
  }
  schema_ = *std::move(schema);
  auto codec = MakeCodec(Metadata("avro.codec").value_or("null"));
  if (!codec.has_value()) {
    return TakeError(std::move(codec)).With("file", path_);
  }
  codec_ = *std::move(codec);
  return {};
}

std::optional<std::string_view> FileReader::Metadata(std::string_view key) const {
  auto found = metadata_.find(key);
  return found == metadata_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::optional<Block>> FileReader::NextBlock() {
  if (position_ == bytes_.size()) {
    return std::nullopt;
  }
  block_offset_ = position_;
  Decoder decoder(bytes_.substr(position_));
  int64_t count = decoder.Varint();
  std::string_view packed = decoder.LengthAndBytes();
  std::string_view sync = decoder.Bytes(kSyncBytes);
  if (!decoder.ok()) {
    return Corrupt(block_offset_, decoder.defect());
  }
  if (sync != sync_) {
    return Corrupt(block_offset_, "the block does not end with the sync marker");
  }
  position_ += decoder.position();
  auto content = codec_->Inflate(packed);
  if (!content.has_value()) {
    return Corrupt(block_offset_, content.error().message());
  }
  // A record without bytes has nothing to tell; so no count can make a reader run for ever.
  if (count < 0 || static_cast<uint64_t>(count) > content->size()) {
    return Corrupt(block_offset_, "a count exceeds the data");
  }
  return Block{count, *content};
}

}  // namespace firn::iceberg::avro
