// PlanCounts: what a plan looked at and left out: for scan reports, metrics and `firn plan`.
// Source: REST document, ScanReport; the names are those of the reference implementation's scan
// metrics.
#pragma once

#include <cstdint>

namespace firn::table {

struct PlanCounts {
  int64_t total_data_manifests = 0;
  int64_t skipped_data_manifests = 0;
  int64_t scanned_data_manifests = 0;
  int64_t total_delete_manifests = 0;
  int64_t skipped_delete_manifests = 0;
  int64_t scanned_delete_manifests = 0;

  /// Live data files of scanned manifests that were left out, by what excluded them.
  int64_t skipped_by_partition = 0;
  int64_t skipped_by_metrics = 0;
  int64_t result_data_files = 0;
  int64_t total_file_size_bytes = 0;
  int64_t result_rows = 0;

  /// Delete files of the result, each once for every data file it touches.
  int64_t result_delete_files = 0;
  /// Live delete files in scanned manifests that were left out.
  int64_t skipped_delete_files = 0;
  // Live delete files that were indexed.
  int64_t indexed_delete_files = 0;
  int64_t equality_delete_files = 0;
  int64_t positional_delete_files = 0;
  int64_t deletion_vectors = 0;

  int64_t skipped_data_files() const { return skipped_by_partition + skipped_by_metrics; }
  PlanCounts& operator+=(const PlanCounts& other);
};

}  // namespace firn::table
