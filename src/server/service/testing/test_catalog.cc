#include "server/service/testing/test_catalog.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/uuid.h"
#include "server/service/namespaces.h"
#include "server/service/warehouses.h"
#include "server/store/sqlite/sqlite_store.h"

namespace firn::service::testing {
namespace {

/// What was made, a value or only that it was.
template <class Made>
Made OrDie(Made made) {
  if (!made.has_value()) {
    std::fprintf(stderr, "no catalog for a test: %s\n", made.error().Describe().c_str());
    std::abort();
  }
  return made;
}

}  // namespace

TestCatalog::TestCatalog(storage::ObjectStore& objects)
    : objects_(objects),
      folder_(std::filesystem::temp_directory_path() /
              ("firn-catalog-" + Uuid::Random().ToString())) {
  std::filesystem::create_directories(folder_);
  store_ = *OrDie(store::sqlite::OpenSqliteStore({.path = (folder_ / "firn.db").string()}));
  WarehouseDirectory warehouses(*store_, [](const std::string&) { return Status(); });
  static_cast<void>(OrDie(warehouses.Open("default", "s3://warehouse", clock_.Now())));
  call_.warehouse = *warehouses.Default();
  call_.principal = "alice";
  static_cast<void>(
      OrDie(NamespaceService(environment()).Create(call_, NamespacePath{{"ns"}}, {})));
}

TestCatalog::~TestCatalog() {
  store_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace firn::service::testing
