#include "features/join/match_pass.h"

#include <vector>

#include "base/thread_pool.h"

namespace firn::features {

Status ForEachRowsToMatch(const JoinContext& context,
                          table::FileScan& files,
                          const JoinView& view,
                          const ViewSchema& schema,
                          const std::function<Status(const RowsToMatch&)>& take) {
  ASSIGN_OR_RETURN(columnar::ReadRequest request,
                   files.RequestOf({.columns = MatchColumns::NamesOf(view),
                                    .filter = columnar::RowFilter::kPruneOnly}));
  const MatchColumns columns = MatchColumns::Make(view, schema, request);
  for (size_t file = 0; file < files.size(); ++file) {
    context.Plan(files.record_count(file));
  }
  const std::vector<table::ScanUnit> units = files.Units(context.match_unit_bytes);
  return ParallelFor(context.scan.pool, units.size(), context.scan.readers,
                     [&](size_t i) -> Status {
                       ASSIGN_OR_RETURN(auto reader, files.Read(units[i], request));
                       while (true) {
                         ASSIGN_OR_RETURN(auto batch, reader->Next());
                         if (batch == nullptr) {
                           return {};
                         }
                         ASSIGN_OR_RETURN(RowsToMatch rows, columns.Read(units[i].file, *batch));
                         RETURN_IF_ERROR(take(rows));
                         context.Count(batch->num_rows());
                       }
                     });
}

}  // namespace firn::features
