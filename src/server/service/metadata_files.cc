#include "server/service/metadata_files.h"

#include <utility>

#include <fmt/format.h>

#include "base/crash_point.h"
#include "iceberg/view/view_metadata_json.h"
#include "server/service/locations.h"
#include "storage/call_deadline.h"
#include "storage/gzip.h"
#include "storage/location.h"
#include "storage/table_location.h"

namespace firn::service {
namespace {

Result<std::string> ReadText(const Environment& environment, const std::string& location) {
  int64_t limit = environment.options.max_metadata_bytes;
  auto bytes = environment.objects.Read(location, limit);
  auto text = bytes.has_value() ? storage::MetadataText(location, *std::move(bytes), limit)
                                : std::move(bytes);
  if (!text.has_value() && text.error().code() == ErrorCode::kPayloadTooLarge) {
    return TakeError(std::move(text)).As(ErrorCode::kInvalidMetadata);  // nobody sent it
  }
  return text;
}

/// The cached entry where it may be given; null otherwise.
Result<MetadataEntryPtr> FindCached(const Environment& environment, const std::string& location) {
  MetadataEntryPtr cached = environment.cache.Find(location);
  if (cached == nullptr || StillThere(environment, *cached)) {
    return cached;
  }
  auto stat = environment.objects.Stat(location);
  if (!stat.has_value()) {
    environment.cache.Erase(location);
    return TakeError(std::move(stat));
  }
  return cached;
}

/// How the name of a new metadata file begins and ends.
struct NewFileName {
  std::string folder;
  int64_t version = 0;
  bool gzip = false;
};

/// The folder of metadata files and the table's: a creation that lost had made both.
void RemoveEmptyFolders(const Environment& environment, std::string folder) {
  for (int level = 0; level < 2; ++level) {
    folder.resize(folder.rfind('/'));
    auto gone = environment.objects.RemoveEmptyFolder(folder);
    if (!gone.has_value() || !*gone) {
      return;
    }
  }
}

/// Writes `text` to a new file named after the attempt and returns its location.
Result<std::string> WriteNewFile(const Environment& environment,
                                 const NewFileName& name,
                                 const Uuid& attempt,
                                 std::string_view text) {
  if (std::cmp_greater(text.size(), environment.options.max_metadata_bytes)) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("The metadata would be larger than catalog.max_metadata_bytes: {} of "
                             "{} bytes",
                             text.size(), environment.options.max_metadata_bytes));
  }
  CrashPoint("metadata.before_write");
  std::string compressed = name.gzip ? storage::GzipCompress(text) : std::string();
  std::string_view bytes = name.gzip ? std::string_view(compressed) : text;
  std::string location =
      storage::MetadataFileLocation(name.folder, name.version, attempt, name.gzip);
  RETURN_IF_ERROR(WriteUnnamed(environment, location, bytes));
  CrashPoint("metadata.after_write");
  return location;
}

bool WantsGzip(const iceberg::PropertyMap& properties) {
  auto codec = properties.find(std::string(iceberg::kMetadataCompressionProperty));
  return codec != properties.end() && codec->second == "gzip";
}

/// Whether the settings want a look at the file before a cached answer is given.
bool WantsLook(const ServiceOptions& options, std::string_view location) {
  bool local = location.starts_with('/') || location.starts_with("file:");
  return options.check_metadata_exists && (local || options.check_remote_metadata_exists);
}

}  // namespace

Result<std::string> MetadataFolder(const Environment& environment,
                                   const store::WarehouseRecord& warehouse,
                                   std::string_view location,
                                   const iceberg::PropertyMap& properties) {
  auto chosen = properties.find(std::string(iceberg::kMetadataPathProperty));
  if (chosen == properties.end()) {
    return storage::JoinLocation(location, "metadata");
  }
  RETURN_IF_ERROR(CheckAllowed(environment, warehouse, chosen->second));
  return std::string(storage::TrimTrailingSlashes(chosen->second));
}

std::vector<std::string> WrittenMetadata::locations() const {
  std::vector<std::string> all{entry->location()};
  if (!manifest_list.empty()) {
    all.push_back(manifest_list);
  }
  return all;
}

Status WriteUnnamed(const Environment& environment,
                    const std::string& location,
                    std::string_view bytes) {
  Status written = environment.objects.Write(location, bytes, storage::WriteMode::kCreateNew);
  if (!written.has_value() && written.error().code() == ErrorCode::kIoError) {
    DiscardAttempt(environment, std::span(&location, 1));
    return TakeError(std::move(written)).As(ErrorCode::kUnavailable);
  }
  return written;
}

bool StillThere(const Environment& environment, const MetadataEntry& entry) {
  return !WantsLook(environment.options, entry.location()) ||
         environment.objects.StillThere(entry.location());
}

bool SeenThere(const Environment& environment, const MetadataEntry& entry) {
  return !WantsLook(environment.options, entry.location()) ||
         environment.objects.Glance(entry.location()) == storage::Sighting::kThere;
}

Result<MetadataEntryPtr> LoadTableEntry(const Environment& environment,
                                        const std::string& location) {
  ASSIGN_OR_RETURN(MetadataEntryPtr cached, FindCached(environment, location));
  if (cached != nullptr && cached->table() != nullptr) {
    return cached;
  }
  ASSIGN_OR_RETURN(std::string text, ReadText(environment, location));
  auto metadata = iceberg::ParseTableMetadata(text);
  if (!metadata.has_value()) {
    return TakeError(std::move(metadata)).With("file", location);
  }
  auto entry = std::make_shared<const MetadataEntry>(location, *std::move(metadata), text.size());
  environment.cache.Insert(entry);
  return entry;
}

Result<MetadataEntryPtr> LoadViewEntry(const Environment& environment,
                                       const std::string& location) {
  ASSIGN_OR_RETURN(MetadataEntryPtr cached, FindCached(environment, location));
  if (cached != nullptr && cached->view() != nullptr) {
    return cached;
  }
  ASSIGN_OR_RETURN(std::string text, ReadText(environment, location));
  auto metadata = iceberg::ParseViewMetadata(text);
  if (!metadata.has_value()) {
    return TakeError(std::move(metadata)).With("file", location);
  }
  auto entry = std::make_shared<const MetadataEntry>(location, *std::move(metadata), text.size());
  environment.cache.Insert(entry);
  return entry;
}

Result<WrittenMetadata> WriteTableMetadata(const Environment& environment,
                                           const store::WarehouseRecord& warehouse,
                                           iceberg::TableMetadataPtr metadata,
                                           std::string_view previous,
                                           const Uuid& attempt) {
  ASSIGN_OR_RETURN(std::string folder, MetadataFolder(environment, warehouse, metadata->location,
                                                      *metadata->properties));
  std::string text = iceberg::PrintTableMetadata(*metadata);
  ASSIGN_OR_RETURN(std::string location,
                   WriteNewFile(environment,
                                {.folder = std::move(folder),
                                 .version = storage::MetadataFileVersion(previous) + 1,
                                 .gzip = WantsGzip(*metadata->properties)},
                                attempt, text));
  store::ObjectPointer pointer = PointerTo(*metadata, location);
  return WrittenMetadata{
      std::make_shared<const MetadataEntry>(std::move(location), std::move(metadata), text.size()),
      std::move(pointer)};
}

Result<WrittenMetadata> WriteViewMetadata(const Environment& environment,
                                          const store::WarehouseRecord& warehouse,
                                          iceberg::ViewMetadataPtr metadata,
                                          std::string_view previous,
                                          const Uuid& attempt) {
  ASSIGN_OR_RETURN(std::string folder, MetadataFolder(environment, warehouse, metadata->location,
                                                      metadata->properties));
  std::string text = iceberg::PrintViewMetadata(*metadata);
  ASSIGN_OR_RETURN(std::string location,
                   WriteNewFile(environment,
                                {.folder = std::move(folder),
                                 .version = storage::MetadataFileVersion(previous) + 1,
                                 .gzip = WantsGzip(metadata->properties)},
                                attempt, text));
  store::ObjectPointer pointer{.metadata_location = location,
                               .location = metadata->location,
                               .uuid = metadata->uuid,
                               .format_version = metadata->format_version};
  return WrittenMetadata{
      std::make_shared<const MetadataEntry>(std::move(location), std::move(metadata), text.size()),
      std::move(pointer)};
}

store::ObjectPointer PointerTo(const iceberg::TableMetadata& metadata, std::string location) {
  return {.metadata_location = std::move(location),
          .location = metadata.location,
          .uuid = metadata.uuid,
          .format_version = metadata.format_version,
          .last_sequence_number = metadata.last_sequence_number.value()};
}

void DiscardAttempt(const Environment& environment, std::span<const std::string> locations) {
  Discard(environment, locations);
  for (const std::string& location : locations) {
    RemoveEmptyFolders(environment, location);
  }
}

void RemoveTableFolders(const Environment& environment, const std::string& location) {
  for (const std::string& folder : {storage::JoinLocation(location, "metadata"),
                                    storage::JoinLocation(location, "data"), location}) {
    static_cast<void>(environment.objects.RemoveEmptyFolder(folder));  // nobody waits for it
  }
}

void Discard(const Environment& environment, std::span<const std::string> locations) {
  // What stays behind is found by its name. A storage that hangs holds nobody for long: the caller
  // may hold a table's lock, and a client waits for the reply.
  storage::CallDeadline brief(environment.clock.Monotonic() + kMaxDiscardTime);
  if (locations.size() == 1) {
    static_cast<void>(environment.objects.Delete(locations.front()));
  } else if (!locations.empty()) {
    static_cast<void>(environment.objects.DeleteMany(locations));
  }
}

}  // namespace firn::service
