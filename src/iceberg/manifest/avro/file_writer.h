// FileWriter: an Avro object container file, record by record, in memory. Source: Avro 1.11
// specification, "Object Container Files".
//
// Errors: kInvalidArgument for a compression level out of range and a record that no reader would
// take, kInternal where a library fails.
// Thread-safety: one thread at a time.
//
//   ASSIGN_OR_RETURN(FileWriter file, FileWriter::Make(schema_json, metadata, compression));
//   encoder.Clear();  encoder.Varint(...);
//   RETURN_IF_ERROR(file.Append(encoder.buffer()));
//   ASSIGN_OR_RETURN(std::string bytes, std::move(file).Finish());
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "iceberg/manifest/avro/compressor.h"

namespace firn::iceberg::avro {

/// A block is packed when its records reach so many bytes, as Java's are.
inline constexpr size_t kWriteBlockBytes = 64'000;

class FileWriter {
 public:
  /// `metadata` beside schema and codec.
  static Result<FileWriter> Make(std::string_view schema_json,
                                 std::span<const std::pair<std::string, std::string>> metadata,
                                 const Compression& compression);

  /// Adds a record that is encoded already.
  Status Append(std::string_view record);

  /// About what the file will have: the packed blocks, and what waits as if packed like them.
  size_t EstimatedBytes() const;

  /// The whole file.
  Result<std::string> Finish() &&;

 private:
  FileWriter() = default;

  Status FlushBlock();

  std::string file_;
  std::string sync_;
  std::unique_ptr<Compressor> compressor_;
  std::string block_;
  int64_t records_in_block_ = 0;
  double expected_ratio_ = 1;
  size_t packed_bytes_ = 0;
  size_t unpacked_bytes_ = 0;
};

}  // namespace firn::iceberg::avro
