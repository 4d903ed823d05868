// Rehearsal: a table on which an operation can be tried: commits change it in memory alone, files
// that are written stay in memory, those of the table can be read and never deleted. A dry run that
// is the run itself, on a rehearsal, foretells what the run will leave.
//
// Memory: the files that were written: manifests and lists, of which a rewrite of all holds as many
// bytes as the table's own.
//
// Errors of Commit: kCommitConflict where requirements fail, those of ApplyUpdates; never
// kCommitStateUnknown. Thread-safety: any thread; the clock outlives it and its tables.
#pragma once

#include <mutex>

#include "base/clock.h"
#include "base/result.h"
#include "table/table_store.h"

namespace firn::table {

class Rehearsal final : public TableStore {
 public:
  Rehearsal(const Table& table, const Clock& clock);

  /// As the last commit left it.
  Table Current() const;

  /// The identifier is not looked at: there is one table.
  Result<Table> Load(const TableIdentifier& identifier) override;
  Result<Table> Commit(const Table& base, const TableChange& change) override;

 private:
  const Clock& clock_;
  mutable std::mutex mutex_;
  Table table_;
};

}  // namespace firn::table
