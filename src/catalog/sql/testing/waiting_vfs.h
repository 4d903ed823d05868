// A SQLite VFS over the default one whose waits for locks take no time: each is told instead.
// Process-wide; tests only.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace firn::catalog::sql::testing {

/// Registers the VFS (once); its name is for SqlOptions::vfs.
std::string WaitingVfsName();

/// Called for each wait, on the thread that waits, until it is set anew; may be empty.
void OnLockWait(std::function<void(std::chrono::microseconds)> on_wait);

}  // namespace firn::catalog::sql::testing
