// What every maintenance of a table takes and tells: where the table is, who is told of progress,
// whether anything is changed at all.
//
// Every operation looks first: with RunMode::kDryRun, the default, it reads the table, changes
// nothing and reports what it would do.
//
// Thread-safety: plain values; progress is told by one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/result.h"
#include "table/commit/commit_tools.h"
#include "table/table_store.h"

namespace firn::table {

enum class RunMode : uint8_t {
  kDryRun,  ///< Only says what it would do.
  kRun,
};

enum class MaintenancePhase : uint8_t {
  kListing,    ///< Files of a folder, or manifest lists.
  kReading,    ///< Manifests.
  kRewriting,  ///< Groups of data files, or of manifests.
  kCommitting,
  kDeleting,  ///< Files.
};

std::string_view ToString(MaintenancePhase phase);

/// What `done` and `total` count is said at the phase.
struct MaintenanceProgress {
  MaintenancePhase phase = MaintenancePhase::kListing;
  int64_t done = 0;
  /// 0: not known.
  int64_t total = 0;
};

/// All outlive the operation.
struct MaintenanceContext {
  TableStore& catalog;
  const CommitTools& tools;
  /// May be empty.
  std::function<void(const MaintenanceProgress&)> progress;
  /// Asked before each batch of deletes and before each commit; an error ends the operation there.
  /// Where a job proves that it still holds its lease. May be empty.
  std::function<Status()> may_go_on;

  void Tell(MaintenancePhase phase, int64_t done, int64_t total) const {
    if (progress) {
      progress({phase, done, total});
    }
  }
  Status MayGoOn() const { return may_go_on ? may_go_on() : Status(); }

  /// The same on a rehearsal (rehearsal.h): nobody is told of its commits.
  MaintenanceContext On(TableStore& rehearsal) const {
    auto tell = [told = progress](const MaintenanceProgress& now) {
      if (told && now.phase != MaintenancePhase::kCommitting) {
        told(now);
      }
    };
    return {.catalog = rehearsal, .tools = tools, .progress = tell, .may_go_on = may_go_on};
  }
};

/// Errors: kInvalidArgument where the table's property `gc.enabled` is false: its files may be
/// those of other tables.
Status CheckMayDeleteFiles(const iceberg::TableMetadata& table, std::string_view operation);

}  // namespace firn::table
