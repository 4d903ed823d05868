// PurgeScope: which of the files that a dropped table names its purge may delete.
//
// A table owns what lies below its location (in any version of its metadata), and what is not data
// also below the folder that its properties name for metadata, where no other object of the catalog
// lies or keeps its metadata file. What lies elsewhere may belong to anybody: it was brought in, or
// written to a folder for data, which several tables may have in common. Nothing that another table
// or view uses is owned. docs/decisions/0016-what-a-purge-owns.md.
//
// Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"
#include "server/service/environment.h"
#include "server/service/purge_payload.h"
#include "storage/location.h"

namespace firn::service {

enum class Claim : uint8_t {
  kOwned,       ///< May go.
  kOutside,     ///< Lies in no folder of the table alone.
  kInUse,       ///< Another table or view uses it.
  kOutOfReach,  ///< No location that this server can read: another scheme, a malformed text.
};

/// kData: data and delete files; the rest is kMetadata.
enum class FileKind : uint8_t { kData, kMetadata };

class PurgeScope {
 public:
  /// Both must outlive the scope. Judges nothing before Refresh.
  PurgeScope(const Environment& environment, const PurgePayload& payload)
      : environment_(environment), payload_(payload) {}

  /// The folders that this version of the table's metadata names; they count after Refresh.
  void AddFolders(const iceberg::TableMetadata& metadata);

  /// Reads again what others use. Errors: kCommitConflict while another object has the table's
  /// uuid, or another table a location that overlaps the table's.
  Status Refresh();

  Claim Judge(std::string_view location, FileKind kind) const;
  /// True for a folder that is owned and lies below another that is.
  bool OwnsFolder(std::string_view location) const;
  /// The folders that are the table's alone, its location first.
  std::vector<std::string> Folders() const;

 private:
  /// kMetadata: holds no data of the table.
  enum class FolderKind : uint8_t { kLocation, kMetadata };

  struct Folder {
    std::string text;
    storage::Location location;
    FolderKind kind;
    bool shared = true;
  };

  void AddFolder(std::string_view text, FolderKind kind);
  Status RefreshOwn();

  const Environment& environment_;
  const PurgePayload& payload_;
  std::vector<Folder> folders_;
  /// Places of others below the table's location.
  std::vector<storage::Location> in_use_;
};

}  // namespace firn::service
