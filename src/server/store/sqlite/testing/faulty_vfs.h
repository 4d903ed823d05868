// A SQLite VFS over the default one whose sync of the write-ahead log fails while told to: what a
// dying disk does to COMMIT. Process-wide; tests only.
#pragma once

#include <string>

namespace firn::store::sqlite::testing {

/// Registers the VFS (once); its name is for ConnectionOptions::vfs.
std::string FaultyVfsName();

/// While true, syncs of the log fail.
void SetLogSyncFails(bool fails);

}  // namespace firn::store::sqlite::testing
