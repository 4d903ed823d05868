#include "table/plan/plan_counts.h"

namespace firn::table {

PlanCounts& PlanCounts::operator+=(const PlanCounts& other) {
  total_data_manifests += other.total_data_manifests;
  skipped_data_manifests += other.skipped_data_manifests;
  scanned_data_manifests += other.scanned_data_manifests;
  total_delete_manifests += other.total_delete_manifests;
  skipped_delete_manifests += other.skipped_delete_manifests;
  scanned_delete_manifests += other.scanned_delete_manifests;
  skipped_by_partition += other.skipped_by_partition;
  skipped_by_metrics += other.skipped_by_metrics;
  result_data_files += other.result_data_files;
  total_file_size_bytes += other.total_file_size_bytes;
  result_rows += other.result_rows;
  result_delete_files += other.result_delete_files;
  skipped_delete_files += other.skipped_delete_files;
  indexed_delete_files += other.indexed_delete_files;
  equality_delete_files += other.equality_delete_files;
  positional_delete_files += other.positional_delete_files;
  deletion_vectors += other.deletion_vectors;
  return *this;
}

}  // namespace firn::table
