#include <algorithm>
#include <utility>

#include "table/commit/manifest_merger_internal.h"

namespace firn::table {
namespace {

using iceberg::EntryStatus;
using iceberg::ManifestEntry;
using iceberg::ManifestFile;

constexpr std::string_view kMergeProperty = "commit.manifest-merge.enabled";
constexpr std::string_view kMinCountProperty = "commit.manifest.min-count-to-merge";
constexpr int32_t kMinCountDefault = 100;

/// Neighbours together up to `target` bytes, begun at the old end, so that the bin that is not full
/// has the newest.
std::vector<std::vector<ManifestFile>> PackFromTheEnd(std::span<const ManifestFile> manifests,
                                                      size_t target) {
  std::vector<std::vector<ManifestFile>> bins;
  size_t bytes = 0;
  for (size_t i = manifests.size(); i-- > 0;) {
    auto length = static_cast<size_t>(manifests[i].length_bytes);
    if (bins.empty() || bytes + length > target) {
      bins.emplace_back();
      bytes = 0;
    }
    bytes += length;
    bins.back().push_back(manifests[i]);
  }
  for (auto& bin : bins) {
    std::reverse(bin.begin(), bin.end());
  }
  std::reverse(bins.begin(), bins.end());
  return bins;
}

Status Append(const ManifestEntry& entry,
              iceberg::SnapshotId snapshot,
              iceberg::ManifestWriter& writer) {
  bool ours = entry.snapshot_id == snapshot;
  switch (entry.status) {
    case EntryStatus::kDeleted:
      // Deletions are news only in the snapshot that made them.
      return ours ? writer.AddDeleted(entry) : Status();
    case EntryStatus::kAdded:
      if (ours) {
        bool has_age = entry.sequence_number.has_value() &&
                       *entry.sequence_number != iceberg::kUnassignedSequenceNumber;
        return has_age ? writer.Add(entry.file, *entry.sequence_number) : writer.Add(entry.file);
      }
      return writer.AddExisting(entry);
    case EntryStatus::kExisting:
      return writer.AddExisting(entry);
  }
  return {};
}

}  // namespace

Result<ManifestFile> ManifestMerger::Merge(const Bin& bin, const ManifestOutput& output) {
  std::vector<std::string> paths;
  for (const ManifestFile& manifest : bin) {
    paths.push_back(manifest.path);
  }
  auto known = merged_.find(paths);
  if (known != merged_.end()) {
    return known->second;
  }
  ASSIGN_OR_RETURN(auto all, files_.EntriesOf(bin));
  ASSIGN_OR_RETURN(auto writer, output.Writer(bin.front().spec_id, bin.front().content));
  for (const std::vector<ManifestEntry>& entries : all) {
    for (const ManifestEntry& entry : entries) {
      RETURN_IF_ERROR(Append(entry, output.snapshot_id(), writer));
    }
  }
  ASSIGN_OR_RETURN(iceberg::WrittenManifest written, std::move(writer).Finish());
  ManifestFile merged = files_.Keep(std::move(written), output.folder());
  merged_.emplace(std::move(paths), merged);
  return merged;
}

Result<std::vector<ManifestFile>> ManifestMerger::Run(std::span<const ManifestFile> manifests,
                                                      const ManifestOutput& output) {
  const iceberg::PropertyMap& properties = *output.table().properties;
  std::vector<ManifestFile> result;
  if (manifests.empty() || !iceberg::BoolProperty(properties, kMergeProperty, true)) {
    result.assign(manifests.begin(), manifests.end());
    return result;
  }
  ASSIGN_OR_RETURN(int32_t min_count,
                   iceberg::IntProperty(properties, kMinCountProperty, kMinCountDefault));
  // Newest spec first.
  std::map<iceberg::SpecId, Bin, std::greater<>> by_spec;
  for (const ManifestFile& manifest : manifests) {
    by_spec[manifest.spec_id].push_back(manifest);
  }
  const std::string& newest = manifests.front().path;
  for (const auto& [spec, group] : by_spec) {
    for (Bin& bin : PackFromTheEnd(group, output.target_bytes())) {
      bool waits = bin.front().path == newest && std::ssize(bin) < min_count;
      if (bin.size() == 1 || waits) {
        std::move(bin.begin(), bin.end(), std::back_inserter(result));
        continue;
      }
      ASSIGN_OR_RETURN(ManifestFile merged, Merge(bin, output));
      result.push_back(std::move(merged));
    }
  }
  return result;
}

}  // namespace firn::table
