#include "features/join/row_gathering.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/thread_pool.h"
#include "columnar/kernels/field_path.h"
#include "columnar/pages/row_ranges.h"
#include "columnar/schema/metadata_columns.h"

namespace firn::features {
namespace {

using columnar::ColumnAt;
using ArrayPtr = std::shared_ptr<arrow::Array>;
using Outputs = std::span<const std::unique_ptr<FeatureOutput>>;

/// Rows are asked for in blocks of so many, that batches are not too small.
constexpr int64_t kBlockRows = 4096;

/// The end of the rows from `begin` on that one thread gathers: a row group's, behind `rows` rows.
int64_t EndOfUnit(std::span<const int64_t> group_begins, int64_t begin, int64_t rows) {
  const auto end = std::ranges::lower_bound(group_begins, begin + rows);
  return end == group_begins.end() ? std::numeric_limits<int64_t>::max() : *end;
}

std::vector<std::span<const Winner>> UnitsOf(const table::FileScan& files,
                                             std::span<const Winner> winners,
                                             int64_t unit_rows) {
  std::vector<std::span<const Winner>> units;
  while (!winners.empty()) {
    const RowPlace first = winners.front().place;
    const int64_t last = EndOfUnit(files.row_groups(first.file), first.position, unit_rows);
    const auto end = std::ranges::find_if(winners, [&](const Winner& winner) {
      return winner.place.file != first.file || winner.place.position >= last;
    });
    units.push_back(winners.first(static_cast<size_t>(end - winners.begin())));
    winners = winners.subspan(units.back().size());
  }
  return units;
}

/// The blocks that hold winners, as far as they lie in the winners' own row groups: a neighbour is
/// not read for them. `group_begins` are the first rows of the file's row groups.
columnar::RowRanges RowsOf(std::span<const Winner> winners, std::span<const int64_t> group_begins) {
  columnar::RowRanges rows;
  auto next = group_begins.begin();
  int64_t group_begin = 0;
  for (const Winner& winner : winners) {
    const int64_t position = winner.place.position;
    while (next != group_begins.end() && *next <= position) {
      group_begin = *next++;
    }
    const int64_t group_end =
        next == group_begins.end() ? std::numeric_limits<int64_t>::max() : *next;
    const int64_t block = position / kBlockRows * kBlockRows;
    rows.Append({std::max(block, group_begin), std::min(block + kBlockRows, group_end)});
  }
  return rows;
}

/// Takes the winners of a batch off the front: all up to its end, none of which are before it.
Result<std::vector<RowMove>> MovesIn(const arrow::RecordBatch& batch,
                                     const std::vector<int>& position_path,
                                     std::span<const Winner>& winners) {
  ASSIGN_OR_RETURN(ArrayPtr positions, ColumnAt(batch, position_path));
  // Without filter and deletes the rows of a batch follow one another.
  const int64_t first = positions->data()->GetValues<int64_t>(1)[0];
  if (winners.front().place.position < first) {
    return Error(ErrorCode::kInvalidMetadata, "A data file has not the rows that it had");
  }
  const auto end = std::ranges::find_if(winners, [&](const Winner& winner) {
    return winner.place.position >= first + batch.num_rows();
  });
  std::vector<RowMove> moves;
  moves.reserve(static_cast<size_t>(end - winners.begin()));
  for (const Winner& winner : winners.first(static_cast<size_t>(end - winners.begin()))) {
    moves.push_back({static_cast<uint32_t>(winner.place.position - first), winner.entity_row});
  }
  winners = winners.subspan(moves.size());
  return moves;
}

Status GatherUnit(const JoinContext& context,
                  table::FileScan& files,
                  const columnar::ReadRequest& request,
                  const GatheredColumns& columns,
                  std::span<const Winner> winners,
                  Outputs outputs) {
  const uint32_t file = winners.front().place.file;
  const columnar::RowRanges rows = RowsOf(winners, files.row_groups(file));
  ASSIGN_OR_RETURN(auto reader, files.ReadWithDeleted(file, rows, request));
  const arrow::FieldVector& fields = reader->schema()->fields();
  const std::vector<int> position_path = columnar::PathTo(fields, columnar::kPosColumn);
  std::vector<std::vector<int>> paths;
  for (const iceberg::NestedField& field : columns.fields) {
    paths.push_back(columnar::PathTo(fields, field.id));
  }
  while (!winners.empty()) {
    ASSIGN_OR_RETURN(auto batch, reader->Next());
    if (batch == nullptr) {
      return Error(ErrorCode::kInvalidMetadata, "A file changed while it was read")
          .With("file", std::string(files.path(file)));
    }
    ASSIGN_OR_RETURN(std::vector<RowMove> moves, MovesIn(*batch, position_path, winners));
    for (size_t i = 0; i < outputs.size() && !moves.empty(); ++i) {
      ASSIGN_OR_RETURN(ArrayPtr values, ColumnAt(*batch, paths[i]));
      RETURN_IF_ERROR(outputs[i]->Put(values, moves));
    }
    context.Count(batch->num_rows());
  }
  return {};
}

}  // namespace

Status GatherRows(const JoinContext& context,
                  table::FileScan& files,
                  const GatheredColumns& columns,
                  std::span<const Winner> winners,
                  Outputs outputs) {
  table::FilePass pass{.columns = columns.names};
  pass.columns.emplace_back("_pos");
  ASSIGN_OR_RETURN(columnar::ReadRequest request, files.RequestOf(pass));
  const std::vector<std::span<const Winner>> units =
      UnitsOf(files, winners, context.gather_unit_rows);
  for (const std::span<const Winner> unit : units) {
    const uint32_t file = unit.front().place.file;
    const int64_t wanted = RowsOf(unit, files.row_groups(file)).count();
    context.Plan(std::min(wanted, files.record_count(file)));
  }
  return ParallelFor(context.scan.pool, units.size(), context.scan.readers, [&](size_t i) {
    return GatherUnit(context, files, request, columns, units[i], outputs);
  });
}

}  // namespace firn::features
