// GroupRewriter: writes the live rows of a group of data files to new ones: deletes applied, by the
// table's schema and default spec of now, sorted where wanted, row ids and the time of the last
// update kept (specification, "Row Lineage"). Files are stored, not committed.
//
// Rows keep their order, that of the group's files, but where they are sorted. What is read is
// counted and compared with what was written.
//
// Memory: of each group a row group and a batch that are read, and the writer's
// (table_file_writer.h); deletes, shared, as ScanContext::delete_bytes says. Errors: those of
// reading, writing and the store; kInternal where rows are missing. What was stored before an error
// is deleted. Thread-safety: Rewrite from any thread; what it is made of outlives it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "columnar/read/delete_cache.h"
#include "columnar/read/read_request.h"
#include "columnar/write/table_file_writer.h"
#include "table/compact/compaction_options.h"
#include "table/compact/compaction_plan.h"
#include "table/scan/table_scan.h"
#include "table/table_store.h"

namespace firn::table {

class GroupRewriter {
 public:
  static Result<std::unique_ptr<GroupRewriter>> Make(const ScanContext& context,
                                                     const Table& table,
                                                     const CompactionPlan& plan,
                                                     const CompactionOptions& options);

  /// The new data files; none where no row lives. `number` is the group's in the plan: names of
  /// files ascend with it.
  Result<std::vector<iceberg::DataFile>> Rewrite(const FileGroup& group, size_t number);

 private:
  GroupRewriter(const ScanContext& context,
                const Table& table,
                const CompactionPlan& plan,
                columnar::TableWriteRequest write);

  Result<columnar::FileDeletes> DeletesOf(const ScanFile& file);
  /// Returns the rows that were handed on.
  Result<int64_t> Copy(const ScanFile& file, columnar::TableFileWriter& writer);

  const CompactionPlan& plan_;
  const columnar::ReadContext context_;
  columnar::DeleteCache deletes_;
  columnar::ReadRequest read_;
  /// Without what differs from group to group.
  columnar::TableWriteRequest write_;
};

}  // namespace firn::table
