#include <utility>

#include "table/commit/manifest_filter_internal.h"

namespace firn::table {
namespace {

using iceberg::ManifestContent;
using iceberg::ManifestEntry;
using iceberg::ManifestFile;

bool MayHoldLiveFiles(const ManifestFile& manifest) {
  return manifest.added_files_count.value_or(1) > 0 ||
         manifest.existing_files_count.value_or(1) > 0;
}

bool MayHoldRemoved(const ManifestFile& manifest, const Removal& removal) {
  if (!MayHoldLiveFiles(manifest)) {
    return false;
  }
  if (!removal.files.empty() || (removal.matching && removal.matching->MayMatch(manifest))) {
    return true;
  }
  return manifest.content == ManifestContent::kDeletes &&
         (!removal.vectors_of.empty() || manifest.min_sequence_number < removal.deletes_older_than);
}

bool IsStaleDelete(const ManifestEntry& entry, const Removal& removal) {
  if (entry.file.content == iceberg::FileContent::kData) {
    return false;
  }
  if (entry.sequence_number.has_value() && entry.sequence_number->value() > 0 &&
      *entry.sequence_number < removal.deletes_older_than) {
    return true;
  }
  return entry.file.format == iceberg::FileFormat::kPuffin &&
         entry.file.referenced_data_file.has_value() &&
         removal.vectors_of.contains(*entry.file.referenced_data_file);
}

Result<bool> IsRemoved(const ManifestEntry& entry, iceberg::SpecId spec, const Removal& removal) {
  if (removal.files.contains(KeyOf(entry.file)) || IsStaleDelete(entry, removal)) {
    return true;
  }
  if (!removal.matching) {
    return false;
  }
  ASSIGN_OR_RETURN(FileMatch match, removal.matching->Match(entry.file, spec));
  if (match == FileMatch::kMaybe && entry.file.content == iceberg::FileContent::kData) {
    return Error(ErrorCode::kInvalidArgument,
                 "Cannot delete file where some, but not all, rows match filter")
        .With("file", entry.file.path);
  }
  return match == FileMatch::kAll;
}

}  // namespace

Result<ManifestFilter::Outcome> ManifestFilter::FilterOne(const ManifestFile& manifest,
                                                          const Removal& removal,
                                                          const ManifestOutput& output) {
  Outcome outcome{.manifest = manifest, .removed = {}};
  if (!MayHoldRemoved(manifest, removal)) {
    return outcome;
  }
  ASSIGN_OR_RETURN(std::vector<ManifestEntry> entries, files_.Entries(manifest));
  std::vector<bool> is_removed(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i].is_live()) {
      continue;
    }
    ASSIGN_OR_RETURN(is_removed[i], IsRemoved(entries[i], manifest.spec_id, removal));
    if (is_removed[i]) {
      outcome.removed.push_back({entries[i].file, manifest.spec_id});
    }
  }
  if (outcome.removed.empty()) {
    return outcome;
  }
  ASSIGN_OR_RETURN(auto writer, output.Writer(manifest.spec_id, manifest.content));
  for (size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].is_live()) {
      RETURN_IF_ERROR(is_removed[i] ? writer.AddDeleted(entries[i])
                                    : writer.AddExisting(entries[i]));
    }
  }
  ASSIGN_OR_RETURN(iceberg::WrittenManifest written, std::move(writer).Finish());
  outcome.manifest = files_.Keep(std::move(written), output.folder());
  return outcome;
}

Result<FilteredManifests> ManifestFilter::Run(std::span<const ManifestFile> manifests,
                                              const Removal& removal,
                                              const ManifestOutput& output) {
  FilteredManifests filtered;
  if (removal.empty()) {
    filtered.manifests.assign(manifests.begin(), manifests.end());
    return filtered;
  }
  if (!(removal == removal_)) {
    outcomes_.clear();
    removal_ = removal;
  }
  std::vector<Outcome> outcomes(manifests.size());
  auto filter = [&](size_t i) -> Status {
    auto known = outcomes_.find(manifests[i].path);
    if (known != outcomes_.end()) {
      outcomes[i] = known->second;
      return {};
    }
    ASSIGN_OR_RETURN(outcomes[i], FilterOne(manifests[i], removal, output));
    return {};
  };
  RETURN_IF_ERROR(ParallelFor(tools_.pool, manifests.size(), tools_.parallelism, filter));
  for (size_t i = 0; i < manifests.size(); ++i) {
    outcomes_.insert_or_assign(manifests[i].path, outcomes[i]);
    filtered.manifests.push_back(outcomes[i].manifest);
    std::move(outcomes[i].removed.begin(), outcomes[i].removed.end(),
              std::back_inserter(filtered.removed));
  }
  return filtered;
}

}  // namespace firn::table
