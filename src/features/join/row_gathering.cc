#include "features/join/row_gathering.h"

#include <algorithm>
#include <utility>

#include "base/thread_pool.h"
#include "columnar/kernels/field_path.h"
#include "columnar/schema/metadata_columns.h"

namespace firn::features {
namespace {

using columnar::ColumnAt;
using ArrayPtr = std::shared_ptr<arrow::Array>;
using Outputs = std::span<const std::unique_ptr<FeatureOutput>>;

constexpr const char* kPosition = "_pos";

std::vector<std::span<const Winner>> ByFile(std::span<const Winner> winners) {
  std::vector<std::span<const Winner>> parts;
  while (!winners.empty()) {
    const uint32_t file = winners.front().place.file;
    const auto end = std::ranges::find_if(
        winners, [file](const Winner& winner) { return winner.place.file != file; });
    const auto count = static_cast<size_t>(end - winners.begin());
    parts.push_back(winners.first(count));
    winners = winners.subspan(count);
  }
  return parts;
}

/// Takes the winners of a batch off the front.
Result<std::vector<RowMove>> MovesIn(const arrow::RecordBatch& batch,
                                     const std::vector<int>& position_path,
                                     std::span<const Winner>& winners) {
  ASSIGN_OR_RETURN(ArrayPtr positions, ColumnAt(batch, position_path));
  // Without filter and deletes the rows of a batch follow one another.
  const int64_t first = positions->data()->GetValues<int64_t>(1)[0];
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

Status GatherFile(const JoinContext& context,
                  table::FileScan& files,
                  const columnar::ReadRequest& request,
                  const GatheredColumns& columns,
                  std::span<const Winner> winners,
                  Outputs outputs) {
  const uint32_t file = winners.front().place.file;
  ASSIGN_OR_RETURN(auto reader, files.ReadWithDeleted(file, request));
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
    RETURN_IF_ERROR(context.GoOn(batch->num_rows()));
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
  pass.columns.emplace_back(kPosition);
  ASSIGN_OR_RETURN(columnar::ReadRequest request, files.RequestOf(pass));
  const std::vector<std::span<const Winner>> parts = ByFile(winners);
  for (const std::span<const Winner> part : parts) {
    context.Plan(files.record_count(part.front().place.file));
  }
  return ParallelFor(context.scan.pool, parts.size(), context.scan.readers, [&](size_t i) {
    return GatherFile(context, files, request, columns, parts[i], outputs);
  });
}

}  // namespace firn::features
