#include "features/join/match_columns.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "columnar/kernels/field_path.h"
#include "columnar/schema/arrow_type.h"
#include "columnar/schema/metadata_columns.h"

namespace firn::features {
namespace {

using columnar::ColumnAt;
using ArrayPtr = std::shared_ptr<arrow::Array>;

constexpr std::string_view kSequenceNumber = "_last_updated_sequence_number";
constexpr std::string_view kRowId = "_row_id";
/// Of the format: from then on rows have a lineage.
constexpr int kRowLineageVersion = 3;

/// Puts a column of longs, null where it is, into `place` of each candidate.
Status PutNumbers(const arrow::RecordBatch& batch,
                  const std::vector<int>& path,
                  int64_t Candidate::* place,
                  std::vector<Candidate>& candidates) {
  if (path.empty()) {
    return {};
  }
  ASSIGN_OR_RETURN(ArrayPtr column, ColumnAt(batch, path));
  const int64_t* values = column->data()->GetValues<int64_t>(1);
  const bool any_null = column->null_count() > 0;
  for (size_t row = 0; row < candidates.size(); ++row) {
    if (!any_null || column->IsValid(static_cast<int64_t>(row))) {
      candidates[row].*place = values[row];
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> MatchColumns::NamesOf(const JoinView& view) {
  std::vector<std::string> names;
  for (const JoinKey& key : view.keys) {
    names.push_back(key.table_column);
  }
  names.push_back(view.timestamp_column);
  if (!view.created_column.empty()) {
    names.push_back(view.created_column);
  }
  names.emplace_back("_pos");
  if (view.table.metadata->format_version >= kRowLineageVersion) {
    names.emplace_back(kSequenceNumber);
    names.emplace_back(kRowId);
  }
  return names;
}

MatchColumns MatchColumns::Make(const JoinView& view,
                                const ViewSchema& schema,
                                const columnar::ReadRequest& request) {
  const auto fields = columnar::ArrowSchemaOf(request.columns)->fields();
  MatchColumns columns;
  columns.key_types_ = schema.key_types;
  columns.unit_ = schema.unit;
  columns.created_unit_ = schema.created_unit;
  columns.slot_unit_ = schema.slot_unit;
  columns.created_later_ = view.created_later;
  for (const iceberg::NestedField& key : schema.keys) {
    columns.keys_.push_back(columnar::PathTo(fields, key.id));
  }
  columns.timestamp_ = columnar::PathTo(fields, schema.timestamp.id);
  if (schema.created) {
    columns.created_ = columnar::PathTo(fields, schema.created->id);
  }
  columns.position_ = columnar::PathTo(fields, columnar::kPosColumn);
  columns.sequence_number_ = columnar::PathTo(fields, columnar::kLastUpdatedColumn);
  columns.row_id_ = columnar::PathTo(fields, columnar::kRowIdColumn);
  return columns;
}

Result<RowsToMatch> MatchColumns::Read(uint32_t file, const arrow::RecordBatch& batch) const {
  arrow::ArrayVector keys;
  for (const Path& path : keys_) {
    ASSIGN_OR_RETURN(keys.emplace_back(), ColumnAt(batch, path));
  }
  RowsToMatch rows;
  ASSIGN_OR_RETURN(rows.keys, EncodeKeys(key_types_, keys, batch.num_rows()));
  rows.candidates.resize(rows.keys.rows());
  RETURN_IF_ERROR(ReadTimes(batch, rows));
  RETURN_IF_ERROR(ReadArrival(file, batch, rows));
  return rows;
}

Status MatchColumns::ReadTimes(const arrow::RecordBatch& batch, RowsToMatch& rows) const {
  ASSIGN_OR_RETURN(ArrayPtr timestamps, ColumnAt(batch, timestamp_));
  ASSIGN_OR_RETURN(rows.times, TimesOf(*timestamps, unit_));
  if (slot_unit_ == unit_) {
    rows.available = rows.times;
  } else {
    ASSIGN_OR_RETURN(rows.available, TimesOf(*timestamps, slot_unit_));
  }
  if (created_.empty()) {
    return {};
  }
  ASSIGN_OR_RETURN(ArrayPtr created, ColumnAt(batch, created_));
  ASSIGN_OR_RETURN(std::vector<int64_t> times, TimesOf(*created, created_unit_));
  for (size_t row = 0; row < times.size(); ++row) {
    rows.candidates[row].created = times[row];
  }
  if (created_later_ == CreatedLater::kDoesNot) {
    ASSIGN_OR_RETURN(times, TimesOf(*created, slot_unit_));
    for (size_t row = 0; row < times.size(); ++row) {
      const bool never = times[row] == kNoTime || rows.available[row] == kNoTime;
      rows.available[row] = never ? kNoTime : std::max(rows.available[row], times[row]);
    }
  }
  return {};
}

Status MatchColumns::ReadArrival(uint32_t file,
                                 const arrow::RecordBatch& batch,
                                 RowsToMatch& rows) const {
  for (Candidate& candidate : rows.candidates) {
    candidate.place.file = file;
  }
  ASSIGN_OR_RETURN(ArrayPtr positions, ColumnAt(batch, position_));
  const int64_t* values = positions->data()->GetValues<int64_t>(1);
  for (size_t row = 0; row < rows.candidates.size(); ++row) {
    rows.candidates[row].place.position = values[row];
  }
  RETURN_IF_ERROR(
      PutNumbers(batch, sequence_number_, &Candidate::sequence_number, rows.candidates));
  return PutNumbers(batch, row_id_, &Candidate::row_id, rows.candidates);
}

}  // namespace firn::features
