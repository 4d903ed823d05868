// FileReader: an Avro object container file, block by block. Source: Avro 1.11 specification,
// "Object Container Files".
//
// Errors: kInvalidMetadata where the file is corrupt or truncated, naming file and byte offset;
// kUnsupported for an encrypted file or an unknown codec.
// Thread-safety: one thread at a time. The file's bytes must outlive the reader.
//
//   ASSIGN_OR_RETURN(FileReader file, FileReader::Open(bytes, path));
//   while (true) {
//     ASSIGN_OR_RETURN(auto block, file.NextBlock());
//     if (!block.has_value()) break;
//     ...
//   }
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/manifest/avro/codec.h"
#include "iceberg/manifest/avro/decoder.h"
#include "iceberg/manifest/avro/schema.h"

namespace firn::iceberg::avro {

struct Block {
  /// How many records there are; never more than bytes.
  int64_t count = 0;
  /// Inflated, with kSlackBytes after it; lives until the next block is read.
  std::string_view content;
};

class FileReader {
 public:
  /// `path` is for messages.
  static Result<FileReader> Open(std::string_view bytes, std::string path);

  const Schema& schema() const { return schema_; }
  /// The file's metadata, `avro.` keys included; nullopt where the key is absent.
  std::optional<std::string_view> Metadata(std::string_view key) const;

  /// nullopt at the end of the file.
  Result<std::optional<Block>> NextBlock();

  /// The error for a defect inside the current block.
  Error BlockError(const Decoder& decoder) const;
  /// `position` is in the block's content.
  Error BlockError(std::string_view defect, size_t position) const;

 private:
  FileReader(std::string_view bytes, std::string path) : bytes_(bytes), path_(std::move(path)) {}

  Status ReadHeader();
  Error Corrupt(size_t offset, std::string_view why) const;

  std::string_view bytes_;
  std::string path_;
  std::map<std::string_view, std::string_view> metadata_;
  Schema schema_;
  std::unique_ptr<Codec> codec_;
  std::string_view sync_;
  /// Where the next block begins, and where the current one does.
  size_t position_ = 0;
  size_t block_offset_ = 0;
};

}  // namespace firn::iceberg::avro
