// PuffinWriter: a Puffin file, blob by blob, in memory. Source: Puffin specification.
//
// Errors: kInternal where a library fails; kPayloadTooLarge where the footer is.
// Thread-safety: one thread at a time.
//
//   PuffinWriter writer("firn 1.0");
//   ASSIGN_OR_RETURN(PuffinBlob stored, writer.Add(blob, content));
//   ASSIGN_OR_RETURN(WrittenPuffin file, std::move(writer).Finish());
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/manifest/puffin/puffin_file.h"

namespace firn::iceberg {

struct WrittenPuffin {
  std::string bytes;
  /// With its magics, as statistics files of table metadata name it.
  int64_t footer_bytes = 0;
};

class PuffinWriter {
 public:
  /// Names the writer and its version in the file's properties.
  explicit PuffinWriter(std::string created_by);

  /// Adds a blob; its codec says how it is stored. Returns it with offset and length.
  Result<PuffinBlob> Add(PuffinBlob blob, std::string_view content);

  /// `footer_codec` is kNone, or kLz4, which few readers know.
  Result<WrittenPuffin> Finish(FrameCodec footer_codec = FrameCodec::kNone) &&;

 private:
  std::string bytes_;
  PuffinFooter footer_;
};

}  // namespace firn::iceberg
