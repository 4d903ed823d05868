#include "iceberg/manifest/avro/file_writer.h"

#include <array>

#include "base/random.h"
#include "iceberg/manifest/avro/codec.h"
#include "iceberg/manifest/avro/encoder.h"

namespace firn::iceberg::avro {
namespace {

/// Packed to unpacked bytes of manifests, until a first block tells.
constexpr double kUsualRatio = 0.3;

std::string NewSyncMarker() {
  const std::array<uint64_t, 2> bits{RandomBits(), RandomBits()};
  return {reinterpret_cast<const char*>(bits.data()), sizeof bits};
}

}  // namespace

Result<FileWriter> FileWriter::Make(std::string_view schema_json,
                                    std::span<const std::pair<std::string, std::string>> metadata,
                                    const Compression& compression) {
  FileWriter writer;
  ASSIGN_OR_RETURN(writer.compressor_, MakeCompressor(compression));
  writer.sync_ = NewSyncMarker();
  writer.expected_ratio_ = compression.codec == CompressionCodec::kNull ? 1 : kUsualRatio;
  Encoder header;
  header.Fixed(kFileMagic);
  header.Varint(static_cast<int64_t>(metadata.size()) + 2);
  header.Bytes("avro.schema");
  header.Bytes(schema_json);
  header.Bytes("avro.codec");
  header.Bytes(AvroName(compression.codec));
  for (const auto& [key, value] : metadata) {
    header.Bytes(key);
    header.Bytes(value);
  }
  header.Varint(0);
  header.Fixed(writer.sync_);
  writer.file_ = header.buffer();
  return writer;
}

Status FileWriter::Append(std::string_view record) {
  if (record.size() > kMaxBlockBytes - kWriteBlockBytes) {
    return Error(ErrorCode::kInvalidArgument,
                 "A record is too large for a file: " + std::to_string(record.size()) + " bytes");
  }
  block_ += record;
  ++records_in_block_;
  return block_.size() >= kWriteBlockBytes ? FlushBlock() : Status();
}

size_t FileWriter::EstimatedBytes() const {
  double ratio = expected_ratio_;
  if (unpacked_bytes_ > 0) {
    ratio = static_cast<double>(packed_bytes_) / static_cast<double>(unpacked_bytes_);
  }
  return file_.size() + static_cast<size_t>(ratio * static_cast<double>(block_.size()));
}

Result<std::string> FileWriter::Finish() && {
  if (records_in_block_ > 0) {
    RETURN_IF_ERROR(FlushBlock());
  }
  return std::move(file_);
}

Status FileWriter::FlushBlock() {
  ASSIGN_OR_RETURN(std::string_view packed, compressor_->Pack(block_));
  packed_bytes_ += packed.size();
  unpacked_bytes_ += block_.size();
  Encoder frame;
  frame.Varint(records_in_block_);
  frame.Varint(static_cast<int64_t>(packed.size()));
  file_ += frame.buffer();
  file_ += packed;
  file_ += sync_;
  block_.clear();
  records_in_block_ = 0;
  return {};
}

}  // namespace firn::iceberg::avro
