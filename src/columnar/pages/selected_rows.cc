#include "columnar/pages/selected_rows.h"

#include <algorithm>
#include <utility>

#include <arrow/array.h>
#include <parquet/metadata.h>
#include <parquet/schema.h>

#include "columnar/io/arrow_status.h"

namespace firn::columnar {

Result<SelectedRows> SelectedRows::Make(parquet::arrow::FileReader& reader,
                                        int group,
                                        const std::vector<int>& leaves,
                                        const RowSelection& selection) {
  auto metadata = reader.parquet_reader()->metadata();
  const RowRanges all = RowRanges::All(metadata->RowGroup(group)->num_rows());
  SelectedRows made;
  made.rows_ = selection.rows;
  made.row_ = selection.rows.ranges().front().begin;
  int place = -1;
  const parquet::schema::Node* root = nullptr;
  for (int leaf : leaves) {
    auto chosen = selection.leaves.find(leaf);
    const RowRanges& rows = chosen == selection.leaves.end() ? all : chosen->second.rows;
    auto known = std::find_if(made.columns_.begin(), made.columns_.end(),
                              [&](const Columns& columns) { return columns.rows == rows; });
    if (known == made.columns_.end()) {
      known = made.columns_.insert(known, Columns{.rows = rows});
    }
    known->leaves.push_back(leaf);
    const auto* root_of_leaf = metadata->schema()->GetColumnRoot(leaf);
    if (std::exchange(root, root_of_leaf) != root_of_leaf) {
      known->places.push_back(++place);
    }
  }
  arrow::FieldVector fields(static_cast<size_t>(place) + 1);
  for (Columns& columns : made.columns_) {
    ASSIGN_OR_RETURN(columns.batches,
                     ToResult(reader.GetRecordBatchReader({group}, columns.leaves)));
    for (size_t i = 0; i < columns.places.size(); ++i) {
      fields[static_cast<size_t>(columns.places[i])] =
          columns.batches->schema()->field(static_cast<int>(i));
    }
  }
  made.schema_ = arrow::schema(std::move(fields));
  return made;
}

Status SelectedRows::Advance(Columns& columns, int64_t row) {
  int64_t before = columns.rows.CountBefore(row);
  while (columns.decoded == nullptr ||
         columns.decoded_before + columns.decoded->num_rows() <= before) {
    if (columns.decoded != nullptr) {
      columns.decoded_before += columns.decoded->num_rows();
    }
    ASSIGN_OR_RETURN(columns.decoded, ToResult(columns.batches->Next()));
    if (columns.decoded == nullptr) {
      return Error(ErrorCode::kInvalidMetadata,
                   "Parquet: a column does not have the rows that its index says");
    }
  }
  return {};
}

Result<std::optional<RowBatch>> SelectedRows::Next(int64_t max_rows) {
  std::span<const RowRange> ranges = rows_.ranges();
  if (range_ == ranges.size()) {
    return std::optional<RowBatch>();
  }
  int64_t count = std::min(max_rows, ranges[range_].end - row_);
  for (Columns& columns : columns_) {
    RETURN_IF_ERROR(Advance(columns, row_));
    int64_t skipped = columns.rows.CountBefore(row_) - columns.decoded_before;
    count = std::min(count, columns.decoded->num_rows() - skipped);
  }
  arrow::ArrayVector arrays(static_cast<size_t>(schema_->num_fields()));
  for (const Columns& columns : columns_) {
    int64_t skipped = columns.rows.CountBefore(row_) - columns.decoded_before;
    for (size_t i = 0; i < columns.places.size(); ++i) {
      arrays[static_cast<size_t>(columns.places[i])] =
          columns.decoded->column(static_cast<int>(i))->Slice(skipped, count);
    }
  }
  RowBatch batch{.first_row = row_,
                 .rows = arrow::RecordBatch::Make(schema_, count, std::move(arrays))};
  row_ += count;
  if (row_ == ranges[range_].end && ++range_ < ranges.size()) {
    row_ = ranges[range_].begin;
  }
  return std::optional(std::move(batch));
}

}  // namespace firn::columnar
