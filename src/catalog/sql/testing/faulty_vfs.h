// A SQLite VFS over the default one that fails as a dying disk does, at the steps of COMMIT with a
// rollback journal. Process-wide; tests only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace firn::catalog::sql::testing {

enum class DiskFault : uint8_t {
  kNone,
  kSyncOnce,       ///< The database is not synced the next time: the transaction cannot happen.
  kJournalDelete,  ///< The journal is deleted, and then that is an error: it has happened.
  /// As kJournalDelete, and no file can be opened from then on.
  kJournalDeleteAndOpen,
};

/// Registers the VFS (once); its name is for SqlOptions::vfs.
std::string FaultyVfsName();

/// From now on.
void SetDiskFault(DiskFault fault);

/// Runs once, before a database is opened after the next fault: what another process does between
/// a lost reply and the look at what became of it.
void AfterNextFault(std::function<void()> hook);

}  // namespace firn::catalog::sql::testing
