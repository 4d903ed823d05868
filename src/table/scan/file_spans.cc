#include "table/scan/file_spans.h"

#include <ranges>

namespace firn::table {

std::vector<FileSpan> SpansOf(const iceberg::ManifestColumns& manifest,
                              uint32_t row,
                              int64_t bytes) {
  std::vector<FileSpan> spans(1);
  if (manifest.split_offsets.empty()) {
    return spans;
  }
  // The first row group begins at the first offset: nothing lies before it.
  for (int64_t offset : manifest.split_offsets[row] | std::views::drop(1)) {
    // Offsets that do not ascend split nothing.
    if (offset > spans.back().begin && offset - spans.back().begin >= bytes) {
      spans.back().end = offset;
      spans.push_back({.begin = offset});
    }
  }
  return spans;
}

}  // namespace firn::table
