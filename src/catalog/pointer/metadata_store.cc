#include "catalog/pointer/metadata_store.h"

#include <utility>
#include <vector>

#include "base/uuid.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "iceberg/metadata/table_properties.h"
#include "iceberg/view/view_metadata_json.h"
#include "storage/gzip.h"
#include "storage/location.h"
#include "storage/table_location.h"

namespace firn::catalog::pointer {
namespace {

constexpr int64_t kMaxMetadataBytes = int64_t{1} << 30;

std::string FolderOf(const iceberg::TableMetadata& metadata) {
  auto chosen = metadata.FindProperty(iceberg::kMetadataPathProperty);
  return chosen ? std::string(storage::TrimTrailingSlashes(*chosen))
                : storage::JoinLocation(metadata.location, "metadata");
}

/// `parse` is what reads the text of this kind of metadata.
template <class Metadata>
Result<Metadata> Read(storage::ObjectStore& files,
                      const std::string& location,
                      Result<Metadata> (*parse)(std::string_view)) {
  ASSIGN_OR_RETURN(std::string bytes, files.Read(location, kMaxMetadataBytes));
  ASSIGN_OR_RETURN(std::string text,
                   storage::MetadataText(location, std::move(bytes), kMaxMetadataBytes));
  auto metadata = parse(text);
  if (!metadata.has_value()) {
    return TakeError(std::move(metadata)).With("file", location);
  }
  return metadata;
}

}  // namespace

Result<iceberg::TableMetadataPtr> ReadMetadata(storage::ObjectStore& files,
                                               const std::string& location) {
  return Read(files, location, &iceberg::ParseTableMetadata);
}

Result<iceberg::ViewMetadataPtr> ReadViewMetadata(storage::ObjectStore& files,
                                                  const std::string& location) {
  return Read(files, location, &iceberg::ParseViewMetadata);
}

Result<std::string> WriteMetadata(storage::ObjectStore& files,
                                  const iceberg::TableMetadata& metadata,
                                  std::string_view previous) {
  bool gzip = metadata.FindProperty(iceberg::kMetadataCompressionProperty) == "gzip";
  std::string text = iceberg::PrintTableMetadata(metadata);
  std::string location = storage::MetadataFileLocation(
      FolderOf(metadata), storage::MetadataFileVersion(previous) + 1, Uuid::Random(), gzip);
  Status written = files.Write(location, gzip ? storage::GzipCompress(text) : text,
                               storage::WriteMode::kCreateNew);
  if (!written.has_value() && written.error().code() == ErrorCode::kIoError) {
    static_cast<void>(files.Delete(location));  // it may be there all the same
    return TakeError(std::move(written)).As(ErrorCode::kUnavailable);
  }
  RETURN_IF_ERROR(std::move(written));
  return location;
}

void DeleteOldMetadata(storage::ObjectStore& files,
                       const iceberg::TableMetadata& before,
                       const iceberg::TableMetadata& after) {
  if (!iceberg::BoolProperty(*after.properties, iceberg::kDeleteAfterCommitProperty, false)) {
    return;
  }
  std::vector<std::string> old;
  for (const iceberg::MetadataLogEntry& entry : iceberg::DroppedMetadataLog(before, after)) {
    old.push_back(entry.metadata_file);
  }
  static_cast<void>(files.DeleteMany(old));
}

}  // namespace firn::catalog::pointer
