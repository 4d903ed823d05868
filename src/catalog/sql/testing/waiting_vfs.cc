#include "catalog/sql/testing/waiting_vfs.h"

#include <mutex>
#include <utility>

#include <sqlite3.h>

namespace firn::catalog::sql::testing {
namespace {

constexpr const char* kWaitingVfs = "firn-catalog-waiting";

std::mutex g_mutex;
std::function<void(std::chrono::microseconds)> g_on_wait;

int Sleep(sqlite3_vfs*, int microseconds) {
  std::function<void(std::chrono::microseconds)> on_wait;
  {
    std::lock_guard lock(g_mutex);
    on_wait = g_on_wait;
  }
  if (on_wait) {
    on_wait(std::chrono::microseconds(microseconds));
  }
  return microseconds;
}

}  // namespace

std::string WaitingVfsName() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs copy = *sqlite3_vfs_find(nullptr);
    copy.zName = kWaitingVfs;
    copy.xSleep = Sleep;
    return copy;
  }();
  sqlite3_vfs_register(&vfs, 0);
  return kWaitingVfs;
}

void OnLockWait(std::function<void(std::chrono::microseconds)> on_wait) {
  std::lock_guard lock(g_mutex);
  g_on_wait = std::move(on_wait);
}

}  // namespace firn::catalog::sql::testing
