#include "server/store/sqlite/testing/faulty_vfs.h"

#include <atomic>

#include <sqlite3.h>

namespace firn::store::sqlite::testing {
namespace {

constexpr const char* kName = "firn-faulty";

std::atomic<bool> g_sync_fails = false;
/// The default VFS's methods with another xSync. All its files share one table per kind, so one
/// copy serves every log.
sqlite3_io_methods g_log_methods;
const sqlite3_io_methods* g_real_methods = nullptr;

int FailingSync(sqlite3_file* file, int flags) {
  return g_sync_fails ? SQLITE_IOERR_FSYNC : g_real_methods->xSync(file, flags);
}

int OpenFile(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* real = static_cast<sqlite3_vfs*>(vfs->pAppData);
  int code = real->xOpen(real, name, file, flags, out_flags);
  if (code == SQLITE_OK && (flags & SQLITE_OPEN_WAL) != 0) {
    g_real_methods = file->pMethods;
    g_log_methods = *g_real_methods;
    g_log_methods.xSync = FailingSync;
    file->pMethods = &g_log_methods;
  }
  return code;
}

}  // namespace

std::string FaultyVfsName() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
    sqlite3_vfs copy = *real;
    copy.zName = kName;
    copy.pAppData = real;
    copy.xOpen = OpenFile;
    return copy;
  }();
  sqlite3_vfs_register(&vfs, 0);
  return kName;
}

void SetLogSyncFails(bool fails) { g_sync_fails = fails; }

}  // namespace firn::store::sqlite::testing
