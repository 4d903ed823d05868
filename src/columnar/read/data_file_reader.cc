#include "columnar/read/data_file_reader.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "columnar/io/arrow_status.h"
#include "columnar/kernels/field_path.h"
#include "columnar/kernels/keep_rows.h"
#include "columnar/read/needed_columns_internal.h"
#include "columnar/read/row_group_pruning.h"

namespace firn::columnar {
namespace {

using iceberg::BoundExpression;
using iceberg::FieldId;
using iceberg::NestedField;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

/// Values of identity partition fields, null among them, for columns that the file itself lacks.
std::map<FieldId, std::optional<iceberg::Literal>> ConstantsOf(const FileToRead& file) {
  std::map<FieldId, std::optional<iceberg::Literal>> constants;
  for (const iceberg::PartitionField& field : file.spec.fields) {
    if (field.transform.kind() != iceberg::TransformKind::kIdentity) {
      continue;
    }
    auto value = std::ranges::find(file.partition.fields, field.field_id,
                                   &std::pair<FieldId, iceberg::Literal>::first);
    constants.emplace(field.source_id, value == file.partition.fields.end()
                                           ? std::nullopt
                                           : std::optional(value->second));
  }
  return constants;
}

std::vector<FieldId> HiddenColumns(const BoundExpression& filter, const FileDeletes& deletes) {
  std::vector<FieldId> ids = iceberg::FieldsOf(filter);
  for (const auto& set : deletes.equality) {
    ids.insert(ids.end(), set->fields().begin(), set->fields().end());
  }
  return ids;
}

}  // namespace

Result<std::unique_ptr<DataFileReader>> DataFileReader::Open(const ReadContext& context,
                                                             const ReadRequest& request,
                                                             const FileToRead& file,
                                                             const BoundExpression& residual,
                                                             FileDeletes deletes) {
  std::unique_ptr<DataFileReader> reader(new DataFileReader());
  reader->deletes_ = std::move(deletes);
  reader->batch_rows_ = context.options.batch_rows;
  reader->memory_ = context.memory;
  reader->stop_ = context.options.stop;
  ASSIGN_OR_RETURN(reader->source_, ParquetSource::Open(context, file));
  Status prepared = Guarded(
      [&] { return reader->Prepare(context, request, file, iceberg::RewriteNot(residual)); });
  if (!prepared.has_value()) {
    return reader->source_->Explain(std::move(prepared).error());
  }
  return reader;
}

Status DataFileReader::Prepare(const ReadContext& context,
                               const ReadRequest& request,
                               const FileToRead& file,
                               const BoundExpression& residual) {
  std::vector<SourceField> fields = source_->fields();
  if (!AnyIds(fields)) {
    if (!request.name_mapping) {
      return Error(ErrorCode::kInvalidMetadata,
                   "The file has no field ids and the table no schema.name-mapping.default");
    }
    ApplyNameMapping(*request.name_mapping, fields);
  }
  const BoundExpression row_filter =
      request.filter == RowFilter::kExact ? residual : BoundExpression::True();
  ASSIGN_OR_RETURN(std::vector<NestedField> needed,
                   NeededColumns(request, HiddenColumns(row_filter, deletes_)));
  auto projection = Projection::Make(fields, needed, {.constants = ConstantsOf(file)});
  if (!projection.has_value()) {
    Error error = std::move(projection).error();
    return error.code() == ErrorCode::kInvalidArgument
               ? std::move(error).As(ErrorCode::kInvalidMetadata)
               : std::move(error);
  }
  projection_ = *std::move(projection);
  ASSIGN_OR_RETURN(filter_, BatchFilter::Make(row_filter, *projection_->schema()));
  ASSIGN_OR_RETURN(output_, OutputColumns::Prepare(request, file, needed));
  RETURN_IF_ERROR(FindKeys());
  int64_t first = 0;
  for (int group = 0; group < source_->row_groups(); ++group) {
    int64_t rows = source_->metadata().RowGroup(group)->num_rows();
    if (rows < 0 || rows > std::numeric_limits<int64_t>::max() - first) {
      return Error(ErrorCode::kInvalidMetadata, "Parquet: a row group has no valid row count");
    }
    first_rows_.push_back(first);
    first += rows;
  }
  return ChooseRows(context, file.part, fields, residual);
}

std::vector<WantedRowGroup> DataFileReader::WantedOf(const FilePart& part) const {
  std::vector<WantedRowGroup> wanted;
  for (int number = 0; number < source_->row_groups(); ++number) {
    auto group = source_->metadata().RowGroup(number);
    // A group without columns has no place: it goes with the first bytes, as does one whose place
    // is none, which is refused when it is read.
    const int64_t place = group->num_columns() > 0 ? BytesOf(*group->ColumnChunk(0)).offset : 0;
    const int64_t begin = std::max<int64_t>(place, 0);
    if (begin < part.begin || begin >= part.end) {
      continue;
    }
    WantedRowGroup one{.group = number};
    if (part.rows != nullptr) {
      const int64_t first = first_rows_[static_cast<size_t>(number)];
      one.rows = part.rows->Within({first, first + group->num_rows()});
    }
    if (!one.rows || !one.rows->empty()) {
      wanted.push_back(std::move(one));
    }
  }
  return wanted;
}

Status DataFileReader::ChooseRows(const ReadContext& context,
                                  const FilePart& part,
                                  const std::vector<SourceField>& fields,
                                  const BoundExpression& residual) {
  ASSIGN_OR_RETURN(RowGroupChoice choice,
                   ChooseRowGroups(*source_, fields, residual, WantedOf(part)));
  ASSIGN_OR_RETURN(groups_, ChoosePages(source_->paged(fields), residual, projection_->leaves(),
                                        choice.groups, context.options.page_index));
  counts_.row_groups_skipped = choice.skipped_by_statistics + choice.skipped_by_bloom_filter +
                               static_cast<int64_t>(choice.groups.size() - groups_.size());
  return {};
}

Status DataFileReader::FindKeys() {
  for (const auto& set : deletes_.equality) {
    KeyColumns keys;
    for (FieldId id : set->fields()) {
      keys.paths.push_back(PathTo(projection_->schema()->fields(), id));
      if (keys.paths.back().empty()) {
        return Error(ErrorCode::kInvalidMetadata, "An equality delete compares no plain column");
      }
    }
    keys_.push_back(std::move(keys));
  }
  return {};
}

Status DataFileReader::BeginGroup(const ChosenRowGroup& group) {
  group_begin_ = first_rows_[static_cast<size_t>(group.group)];
  next_row_ = 0;
  rows_left_ = source_->metadata().RowGroup(group.group)->num_rows();
  ++counts_.row_groups_read;
  if (group.selection) {
    rows_left_ = group.selection->rows.count();
    for (const auto& [leaf, chosen] : group.selection->leaves) {
      auto pages = static_cast<int64_t>(chosen.pages.size());
      counts_.pages_read += pages;
      counts_.pages_skipped += chosen.all_pages - pages;
    }
  }
  return projection_->leaves().empty() ? Status()
                                       : source_->BeginRowGroup(group, projection_->leaves());
}

Result<std::optional<RowBatch>> DataFileReader::NextDecoded() {
  while (true) {
    if (rows_left_ == 0) {
      if (next_group_ == groups_.size()) {
        return std::optional<RowBatch>();
      }
      RETURN_IF_ERROR(BeginGroup(groups_[next_group_++]));
    }
    std::optional<RowBatch> decoded;
    if (projection_->leaves().empty()) {
      int64_t rows = std::min(rows_left_, batch_rows_);
      decoded = RowBatch{next_row_,
                         arrow::RecordBatch::Make(arrow::schema({}), rows, arrow::ArrayVector{})};
      next_row_ += rows;
    } else {
      ASSIGN_OR_RETURN(decoded, source_->Next());
    }
    if (!decoded || decoded->rows->num_rows() > rows_left_) {
      return Error(ErrorCode::kInvalidMetadata,
                   "Parquet: a row group does not have the rows that its footer says");
    }
    if (decoded->rows->num_rows() > 0) {
      return decoded;
    }
  }
}

Result<BatchPtr> DataFileReader::Next() {
  auto batch = Guarded([this] { return NextKept(); });
  if (!batch.has_value()) {
    return source_->Explain(std::move(batch).error());
  }
  if (*batch != nullptr) {
    counts_.rows_returned += (*batch)->num_rows();
  }
  return batch;
}

Result<BatchPtr> DataFileReader::NextKept() {
  while (true) {
    if (stop_.stop_requested()) {
      return Error(ErrorCode::kUnavailable, "Reading was stopped");
    }
    ASSIGN_OR_RETURN(std::optional<RowBatch> decoded, NextDecoded());
    if (!decoded) {
      return BatchPtr();
    }
    const arrow::RecordBatch& rows = *decoded->rows;
    rows_left_ -= rows.num_rows();
    counts_.rows_decoded += rows.num_rows();
    ASSIGN_OR_RETURN(BatchPtr projected, projection_->Apply(rows));
    ASSIGN_OR_RETURN(BatchPtr kept, Finish(*projected, group_begin_ + decoded->first_row));
    if (kept != nullptr) {
      return kept;
    }
  }
}

Result<BatchPtr> DataFileReader::Finish(const arrow::RecordBatch& projected, int64_t first_row) {
  auto rows = static_cast<size_t>(projected.num_rows());
  bool deletes_here = !deletes_.equality.empty() ||
                      (deletes_.positions != nullptr &&
                       deletes_.positions->TouchesRows(first_row, projected.num_rows()));
  if (!deletes_here && filter_->keeps_all()) {
    return output_->Make(projected, first_row, {});
  }
  std::vector<uint8_t> live(rows, 1);
  if (deletes_here) {
    RETURN_IF_ERROR(ClearDeleted(projected, first_row, live));
    counts_.rows_deleted += std::count(live.begin(), live.end(), uint8_t{0});
  }
  std::vector<uint8_t> kept(rows, 1);
  if (!output_->marks_deleted()) {
    kept = live;
  }
  RETURN_IF_ERROR(filter_->Apply(projected, kept));
  auto count = static_cast<size_t>(std::accumulate(kept.begin(), kept.end(), int64_t{0}));
  if (count == 0) {
    return BatchPtr();
  }
  ASSIGN_OR_RETURN(BatchPtr batch, output_->Make(projected, first_row, live));
  return count == rows ? batch : KeepRows(*batch, kept, memory_);
}

Status DataFileReader::ClearDeleted(const arrow::RecordBatch& projected,
                                    int64_t first_row,
                                    std::span<uint8_t> mask) const {
  if (deletes_.positions != nullptr) {
    deletes_.positions->Clear(first_row, mask);
  }
  for (size_t i = 0; i < deletes_.equality.size(); ++i) {
    arrow::ArrayVector columns;
    for (const std::vector<int>& path : keys_[i].paths) {
      ASSIGN_OR_RETURN(auto column, ColumnAt(projected, path));
      columns.push_back(std::move(column));
    }
    deletes_.equality[i]->Clear(columns, mask);
  }
  return {};
}

ReadCounts DataFileReader::counts() const {
  ReadCounts counts = counts_;
  counts.bytes_fetched = source_->file().fetched_bytes();
  return counts;
}

}  // namespace firn::columnar
