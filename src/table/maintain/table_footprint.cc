#include "table/maintain/table_footprint.h"

namespace firn::table {

void DeletedFiles::Add(TableFileKind kind, int64_t file_bytes) {
  bytes += file_bytes;
  switch (kind) {
    case TableFileKind::kData:
      ++data_files;
      break;
    case TableFileKind::kDeletes:
      ++delete_files;
      break;
    case TableFileKind::kManifest:
      ++manifests;
      break;
    case TableFileKind::kManifestList:
      ++manifest_lists;
      break;
    case TableFileKind::kStatistics:
      ++statistics_files;
      break;
    case TableFileKind::kMetadata:
      ++metadata_files;
      break;
    case TableFileKind::kOther:
      ++other_files;
      break;
  }
}

}  // namespace firn::table
