// NamesSink: keeps the names of the files that a page gives, for tests of paging.
//
// Thread-safety: as PlanSink demands.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/planning/page_reader.h"
#include "table/plan/scan_planner.h"

namespace firn::planning::testing {

class NamesSink final : public PlanSink {
 public:
  /// A page is full at `limit` files.
  explicit NamesSink(size_t limit) : limit_(limit) {}

  Result<size_t> Take(const table::ScanPlan& /*plan*/, const table::ManifestTasks& tasks) override {
    size_t taken = 0;
    while (taken < tasks.files.size() && names.size() < limit_) {
      std::string_view path = tasks.manifest->paths[tasks.files[taken].row];
      names.emplace_back(path.substr(path.rfind('/') + 1));
      ++taken;
    }
    return taken;
  }

  std::vector<std::string> names;

 private:
  size_t limit_;
};

}  // namespace firn::planning::testing
