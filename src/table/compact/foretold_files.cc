#include "table/compact/foretold_files.h"

#include <algorithm>

#include <fmt/format.h>

#include "storage/location.h"

namespace firn::table {

std::vector<iceberg::DataFile> ForetellFiles(const FileGroup& group,
                                             const iceberg::TableMetadata& table,
                                             size_t number) {
  std::vector<iceberg::DataFile> files;
  if (group.most_live_rows == 0) {
    return files;
  }
  const ScanFile& first = group.files.front();
  // With the metrics of an old one: as large as those of the new will be.
  iceberg::DataFile file = first.tasks->manifest->EntryAt(first.file().row).file;
  file.first_row_id.reset();
  file.record_count = std::max<int64_t>(group.live_rows / group.expected_files, 1);
  file.file_size_bytes = group.live_bytes / group.expected_files;
  if (!group.of_default_spec) {
    file.partition = {};
  }
  for (int64_t i = 0; i < group.expected_files; ++i) {
    file.path =
        storage::JoinLocation(table.location, fmt::format("data/foretold-{}-{}", number, i));
    files.push_back(file);
  }
  return files;
}

bool OutputsAreKnown(const FileGroup& group) {
  if (!group.of_default_spec) {
    return false;
  }
  const bool one = group.expected_files == 1 && group.least_live_rows > 0 &&
                   group.most_live_rows <= group.output_rows;
  return one || group.most_live_rows == 0;
}

}  // namespace firn::table
