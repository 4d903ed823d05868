// Metadata files: read into the cache, written before a pointer moves, removed when an attempt is
// proven lost.
//
// Errors: kNotFound ("Failed to open input stream for file: ...") where the file is gone,
// kInvalidMetadata where it is corrupt or larger than ServiceOptions::max_metadata_bytes,
// kInvalidArgument where a new one would be larger, kIoError.
// Thread-safety: any thread.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/service/environment.h"
#include "server/service/metadata_cache.h"

namespace firn::service {

/// The table metadata at `location`: cached, or read and parsed. A cached one is given only if the
/// file is still there (unless that check is switched off).
Result<MetadataEntryPtr> LoadTableEntry(const Environment& environment,
                                        const std::string& location);
Result<MetadataEntryPtr> LoadViewEntry(const Environment& environment, const std::string& location);

/// True where the cached entry may be given: its file exists, or the check is off.
bool StillThere(const Environment& environment, const MetadataEntry& entry);

/// StillThere without any wait: false also where only a call that may wait can tell.
bool SeenThere(const Environment& environment, const MetadataEntry& entry);

/// A metadata file written for one attempt, ready to be committed.
struct WrittenMetadata {
  MetadataEntryPtr entry;
  store::ObjectPointer pointer;
  /// Written for the attempt too; empty for none.
  std::string manifest_list;

  /// All files of the attempt.
  std::vector<std::string> locations() const;
};

/// Where new metadata files of a table or view go: `write.metadata.path`, else `metadata` below its
/// location. Errors: kInvalidArgument for a path outside of the warehouse and the allowed roots.
Result<std::string> MetadataFolder(const Environment& environment,
                                   const store::WarehouseRecord& warehouse,
                                   std::string_view location,
                                   const iceberg::PropertyMap& properties);

/// Writes a new file that nothing names yet: where that fails nothing was changed, and the error
/// says that, not that the outcome is unknown.
Status WriteUnnamed(const Environment& environment,
                    const std::string& location,
                    std::string_view bytes);

/// Writes `metadata` durably to a new file named after the attempt. `previous` is the file it
/// follows; empty for a first version.
Result<WrittenMetadata> WriteTableMetadata(const Environment& environment,
                                           const store::WarehouseRecord& warehouse,
                                           iceberg::TableMetadataPtr metadata,
                                           std::string_view previous,
                                           const Uuid& attempt);
Result<WrittenMetadata> WriteViewMetadata(const Environment& environment,
                                          const store::WarehouseRecord& warehouse,
                                          iceberg::ViewMetadataPtr metadata,
                                          std::string_view previous,
                                          const Uuid& attempt);

/// The pointer to a metadata file that is there already.
store::ObjectPointer PointerTo(const iceberg::TableMetadata& metadata, std::string location);

/// Deletes the metadata files of an attempt that is proven lost, and the folders that nothing else
/// is in. Takes as long as Discard. A failure is left to the orphan job.
void DiscardAttempt(const Environment& environment, std::span<const std::string> locations);

/// Removes the folder of a table that is gone with `metadata` and `data` in it, as far as they are
/// empty.
void RemoveTableFolders(const Environment& environment, const std::string& location);

/// How long files that are not needed are tried to be deleted from a storage behind a network, all
/// together.
inline constexpr std::chrono::milliseconds kMaxDiscardTime{1'000};

/// Deletes files that no committed pointer names: takes kMaxDiscardTime and until the call's
/// deadline at most, however many there are. A failure is left to the orphan job.
void Discard(const Environment& environment, std::span<const std::string> locations);

}  // namespace firn::service
