// Action: one change of a table, made anew for each base it meets. CommitAction (commit_action.h)
// runs it; actions themselves never call a catalog, so they are tested without one.
//
// Thread-safety: one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/metadata/table_requirement.h"
#include "iceberg/metadata/table_update.h"
#include "iceberg/schema/ids.h"
#include "table/table_store.h"

namespace firn::table {

class Action {
 public:
  virtual ~Action() = default;

  /// The updates that make the change on top of `base`; none where there is nothing to do. Called
  /// again on a newer base after a lost race; what the first call wrote and is still right is used
  /// again. An error ends the commit: kCommitConflict where something committed since contradicts
  /// the change, kInvalidArgument where it never fits.
  virtual Result<std::vector<iceberg::TableUpdate>> Prepare(const Table& base) = 0;

  /// What the last prepared change takes for granted beyond what its updates say (requirements.h).
  virtual std::vector<iceberg::TableRequirement> requirements() const { return {}; }

  /// Every file that a call of Prepare wrote or tried to write.
  virtual std::vector<std::string> written_files() const { return {}; }
  /// Those of them that the last prepared change needs.
  virtual std::vector<std::string> needed_files() const { return {}; }

  /// The snapshot that the change adds: where a table has it, the commit happened.
  virtual std::optional<iceberg::SnapshotId> snapshot_id() const { return std::nullopt; }
};

}  // namespace firn::table
