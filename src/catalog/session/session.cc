#include "catalog/session/session.h"

#include <algorithm>
#include <thread>

namespace firn::catalog {

Session::Session(std::unique_ptr<Catalog> catalog, const SessionOptions& options)
    : catalog_(std::move(catalog)),
      manifests_(options.manifest_bytes),
      pool_(options.threads),
      tools_(table::SystemCommitTools(clock_, pool_)) {
  tools_.environment = {{"engine-name", "firn"}, {"engine-version", FIRN_VERSION_NUMBER}};
}

table::ScanContext Session::scan_context() {
  return {.manifests = manifests_,
          .pool = pool_,
          .readers = std::max(1U, std::thread::hardware_concurrency())};
}

}  // namespace firn::catalog
