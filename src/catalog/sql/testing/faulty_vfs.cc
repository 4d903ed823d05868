#include "catalog/sql/testing/faulty_vfs.h"

#include <atomic>
#include <utility>

#include <sqlite3.h>

namespace firn::catalog::sql::testing {
namespace {

constexpr const char* kName = "firn-catalog-faulty";

std::atomic<DiskFault> g_fault = DiskFault::kNone;
/// A journal was deleted under kJournalDeleteAndOpen.
std::atomic<bool> g_opens_fail = false;
/// A fault has come since AfterNextFault.
std::atomic<bool> g_has_failed = false;
std::function<void()> g_hook;
/// The default VFS's methods with another xSync: all its database files share one table.
sqlite3_io_methods g_methods;
const sqlite3_io_methods* g_real_methods = nullptr;

int Sync(sqlite3_file* file, int flags) {
  DiskFault once = DiskFault::kSyncOnce;
  bool fails = g_fault.compare_exchange_strong(once, DiskFault::kNone);
  g_has_failed = g_has_failed || fails;
  return fails ? SQLITE_IOERR_FSYNC : g_real_methods->xSync(file, flags);
}

int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  if (g_opens_fail) {
    file->pMethods = nullptr;
    return SQLITE_CANTOPEN;
  }
  if (g_has_failed && g_hook && (flags & SQLITE_OPEN_MAIN_DB) != 0) {
    std::exchange(g_hook, nullptr)();
  }
  auto* real = static_cast<sqlite3_vfs*>(vfs->pAppData);
  int code = real->xOpen(real, name, file, flags, out_flags);
  if (code == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) != 0) {
    if (file->pMethods != &g_methods) {
      g_real_methods = file->pMethods;
      g_methods = *g_real_methods;
      g_methods.xSync = Sync;
    }
    file->pMethods = &g_methods;
  }
  return code;
}

int Delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  auto* real = static_cast<sqlite3_vfs*>(vfs->pAppData);
  int code = real->xDelete(real, name, sync_folder);
  DiskFault fault = g_fault;
  if (fault == DiskFault::kJournalDeleteAndOpen) {
    g_opens_fail = true;
  }
  bool fails = fault == DiskFault::kJournalDelete || fault == DiskFault::kJournalDeleteAndOpen;
  g_has_failed = g_has_failed || fails;
  return fails ? SQLITE_IOERR_DELETE : code;
}

}  // namespace

std::string FaultyVfsName() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
    sqlite3_vfs copy = *real;
    copy.zName = kName;
    copy.pAppData = real;
    copy.xOpen = Open;
    copy.xDelete = Delete;
    return copy;
  }();
  sqlite3_vfs_register(&vfs, 0);
  return kName;
}

void SetDiskFault(DiskFault fault) {
  g_opens_fail = false;
  g_fault = fault;
}

void AfterNextFault(std::function<void()> hook) {
  g_has_failed = false;
  g_hook = std::move(hook);
}

}  // namespace firn::catalog::sql::testing
