// FileDeletion: deletes files of which it was found that no snapshot names them, in batches of at
// most kMaxBatch files or kMaxBatchAge. Before each batch the table is loaded again: what it names
// by now is left (ruling S-6). A missing file is success.
//
// Files that cannot be deleted are counted and left; a batch of which none could be deleted, a
// table that cannot be loaded any more, or MaintenanceContext::may_go_on end it early. In a dry run
// it counts.
//
// Thread-safety: one thread at a time; what it is made of outlives it.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/location.h"
#include "table/maintain/maintenance.h"
#include "table/maintain/named_files.h"
#include "table/maintain/table_footprint.h"
#include "table/table_store.h"

namespace firn::table {

/// A file that is to go.
struct UnusedFile {
  std::string location;
  TableFileKind kind = TableFileKind::kOther;
  /// 0: not known.
  int64_t bytes = 0;
};

/// What becomes of unused files outside the table's folders: they may have been brought in, and be
/// somebody else's.
enum class OutsideFiles : uint8_t { kLeave, kDelete };

/// Folders that hold a table's files: its location and those that its properties name.
class TableFolders {
 public:
  explicit TableFolders(const iceberg::TableMetadata& table);

  bool Hold(std::string_view location) const;
  /// The location first; none lies in another.
  const std::vector<std::string>& texts() const { return texts_; }
  const std::vector<storage::Location>& locations() const { return locations_; }

 private:
  void Add(std::string_view text);

  std::vector<std::string> texts_;
  std::vector<storage::Location> locations_;
};

class FileDeletion {
 public:
  static constexpr size_t kMaxBatch = 1'000;
  static constexpr std::chrono::seconds kMaxBatchAge{5};

  FileDeletion(const MaintenanceContext& context,
               const Table& table,
               NamedFiles& named,
               RunMode mode)
      : context_(context), table_(table), named_(named), mode_(mode) {}

  /// Files go in the order in which they are added, each once. One that the table names is passed
  /// over. False where deleting has ended early.
  bool Add(UnusedFile file);
  void CountOutside() { ++deleted_.left_outside; }
  DeletedFiles Finish();

 private:
  Status LookAgain();
  void Flush();
  void DeleteBatch();

  const MaintenanceContext& context_;
  const Table& table_;
  NamedFiles& named_;
  const RunMode mode_;
  std::vector<UnusedFile> batch_;
  MonotonicTime batch_began_;
  DeletedFiles deleted_;
};

}  // namespace firn::table
