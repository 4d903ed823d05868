// UpdatesAction: an Action that only computes updates from the metadata: what schemas, specs,
// properties and refs need. CommitAction (table/commit) runs it and rebases it.
//
// Errors: those of the function. Thread-safety: one thread at a time.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/table_update.h"
#include "table/commit/action.h"

namespace firn::table {

using Updates = std::vector<iceberg::TableUpdate>;

class UpdatesAction final : public Action {
 public:
  /// `make` is called for each base that the commit meets.
  explicit UpdatesAction(std::function<Result<Updates>(const iceberg::TableMetadata&)> make)
      : make_(std::move(make)) {}

  Result<Updates> Prepare(const Table& base) override { return make_(*base.metadata); }

 private:
  std::function<Result<Updates>(const iceberg::TableMetadata&)> make_;
};

}  // namespace firn::table
