#include "table/commit/manifest_files.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "iceberg/manifest/manifest_decoder.h"
#include "iceberg/manifest/manifest_list.h"
#include "iceberg/manifest/manifest_metadata.h"
#include "iceberg/manifest/manifest_reader.h"

namespace firn::table {

using iceberg::ManifestEntry;
using iceberg::ManifestFile;

Result<std::vector<ManifestFile>> ManifestFiles::List(const iceberg::Snapshot* snapshot) {
  std::vector<ManifestFile> manifests;
  if (snapshot == nullptr) {
    return manifests;
  }
  if (snapshot->manifest_list.empty()) {
    for (const std::string& path : snapshot->manifests) {
      ASSIGN_OR_RETURN(ManifestFile manifest, Embedded(path, snapshot->id));
      manifests.push_back(std::move(manifest));
    }
    return manifests;
  }
  {
    std::scoped_lock lock(mutex_);
    auto found = lists_.find(snapshot->manifest_list);
    if (found != lists_.end()) {
      return found->second;
    }
  }
  ASSIGN_OR_RETURN(std::string bytes, store_->Read(snapshot->manifest_list, kMaxManifestBytes));
  ASSIGN_OR_RETURN(manifests, iceberg::ReadManifestList(bytes, snapshot->manifest_list));
  std::scoped_lock lock(mutex_);
  lists_.emplace(snapshot->manifest_list, manifests);
  return manifests;
}

/// The row that a list would have for a manifest which a v1 snapshot names itself.
Result<ManifestFile> ManifestFiles::Embedded(const std::string& path,
                                             iceberg::SnapshotId snapshot) {
  ASSIGN_OR_RETURN(std::string bytes, store_->Read(path, kMaxManifestBytes));
  ASSIGN_OR_RETURN(ManifestFile row, iceberg::EmbeddedManifest(bytes, path, snapshot));
  ASSIGN_OR_RETURN(std::vector<ManifestEntry> entries, iceberg::ReadManifest(bytes, row));
  row.added_files_count = row.existing_files_count = row.deleted_files_count = 0;
  row.added_rows_count = row.existing_rows_count = row.deleted_rows_count = 0;
  for (const ManifestEntry& entry : entries) {
    bool added = entry.status == iceberg::EntryStatus::kAdded;
    auto& files = !entry.is_live() ? row.deleted_files_count
                  : added          ? row.added_files_count
                                   : row.existing_files_count;
    auto& rows = !entry.is_live() ? row.deleted_rows_count
                 : added          ? row.added_rows_count
                                  : row.existing_rows_count;
    *files += 1;
    *rows += entry.file.record_count;
  }
  return row;
}

std::shared_ptr<const std::string> ManifestFiles::KeptBytes(const std::string& path) const {
  std::scoped_lock lock(mutex_);
  auto found = new_.find(path);
  return found == new_.end() ? nullptr : found->second;
}

Result<std::vector<ManifestEntry>> ManifestFiles::Entries(const ManifestFile& manifest) {
  if (auto kept = KeptBytes(manifest.path)) {
    return iceberg::ReadManifest(*kept, manifest);
  }
  ASSIGN_OR_RETURN(std::string bytes, store_->Read(manifest.path, kMaxManifestBytes));
  return iceberg::ReadManifest(bytes, manifest);
}

Result<std::shared_ptr<const iceberg::ManifestColumns>> ManifestFiles::Columns(
    const ManifestFile& manifest) {
  const iceberg::DecodeOptions options{.projection = iceberg::MetricsProjection::All()};
  if (auto kept = KeptBytes(manifest.path)) {
    return iceberg::DecodeManifest(*kept, manifest, options);
  }
  ASSIGN_OR_RETURN(std::string bytes, store_->Read(manifest.path, kMaxManifestBytes));
  return iceberg::DecodeManifest(bytes, manifest, options);
}

Result<std::vector<std::vector<ManifestEntry>>> ManifestFiles::EntriesOf(
    std::span<const ManifestFile> manifests) {
  std::vector<std::vector<ManifestEntry>> all(manifests.size());
  auto read = [&](size_t i) -> Status {
    ASSIGN_OR_RETURN(all[i], Entries(manifests[i]));
    return {};
  };
  RETURN_IF_ERROR(ParallelFor(tools_.pool, manifests.size(), tools_.parallelism, read));
  return all;
}

ManifestFile ManifestFiles::Keep(iceberg::WrittenManifest manifest, std::string_view folder) {
  std::scoped_lock lock(mutex_);
  manifest.row.path = fmt::format("{}/{}-m{}.avro", folder, commit_id_, next_number_++);
  new_.emplace(manifest.row.path, std::make_shared<const std::string>(std::move(manifest.bytes)));
  return std::move(manifest.row);
}

Status ManifestFiles::Store(std::span<const ManifestFile> manifests) {
  std::vector<std::pair<std::string, std::shared_ptr<const std::string>>> kept;
  for (const ManifestFile& manifest : manifests) {
    if (auto bytes = KeptBytes(manifest.path)) {
      kept.emplace_back(manifest.path, std::move(bytes));
    }
  }
  auto write = [&](size_t i) -> Status {
    const auto& [path, bytes] = kept[i];
    {
      // Before the call: a write that fails may still leave the file.
      std::scoped_lock lock(mutex_);
      written_.push_back(path);
    }
    RETURN_IF_ERROR(store_->Write(path, *bytes, storage::WriteMode::kCreateNew));
    std::scoped_lock lock(mutex_);
    new_[path] = nullptr;
    return {};
  };
  return ParallelFor(tools_.pool, kept.size(), tools_.parallelism, write);
}

Status ManifestFiles::StoreList(const std::string& location, std::string_view bytes) {
  {
    std::scoped_lock lock(mutex_);
    written_.push_back(location);
  }
  return store_->Write(location, bytes, storage::WriteMode::kCreateNew);
}

bool ManifestFiles::IsNew(const ManifestFile& manifest) const {
  std::scoped_lock lock(mutex_);
  return new_.contains(manifest.path);
}

std::vector<std::string> ManifestFiles::written() const {
  std::scoped_lock lock(mutex_);
  return written_;
}

}  // namespace firn::table
