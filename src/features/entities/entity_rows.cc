#include "features/entities/entity_rows.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include <arrow/array/util.h>
#include <arrow/builder.h>
#include <arrow/compute/cast.h>
#include <arrow/record_batch.h>
#include <arrow/util/byte_size.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "columnar/kernels/field_path.h"
#include "columnar/kernels/keep_rows.h"
#include "columnar/schema/arrow_type.h"
#include "features/join/view_filter.h"
#include "features/join/view_schema.h"
#include "features/keys/encoded_keys.h"
#include "features/keys/key_index.h"
#include "table/scan/table_scan.h"

namespace firn::features {
namespace {

using columnar::ToResult;
using ArrayPtr = std::shared_ptr<arrow::Array>;

/// The frame's columns, and the type of keys of each but the last.
struct FrameColumns {
  arrow::FieldVector fields;
  std::vector<KeyType> key_types;
  TimeUnit unit = TimeUnit::kMicros;

  std::shared_ptr<arrow::Schema> schema() const { return arrow::schema(fields); }
};

/// How much of what keys of one kind can be the type holds: grows with its range or exactness.
int WidthOf(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::TIMESTAMP:
      return static_cast<int>(static_cast<const arrow::TimestampType&>(type).unit());
    case arrow::Type::DECIMAL128:
      return static_cast<const arrow::Decimal128Type&>(type).precision();
    default:
      return type.bit_width();
  }
}

/// A column that has room for the keys of two views, which are of one kind.
std::shared_ptr<arrow::Field> Widened(const std::shared_ptr<arrow::Field>& known,
                                      const std::shared_ptr<arrow::DataType>& type) {
  return WidthOf(*type) > WidthOf(*known->type()) ? known->WithType(type) : known;
}

Result<FrameColumns> ColumnsOf(std::span<const JoinView> views,
                               std::span<const ViewSchema> schemas,
                               const std::string& event_timestamp) {
  FrameColumns columns;
  for (size_t view = 0; view < views.size(); ++view) {
    if (schemas[view].unit == TimeUnit::kNanos) {
      columns.unit = TimeUnit::kNanos;
    }
    for (size_t i = 0; i < views[view].keys.size(); ++i) {
      const std::string& name = views[view].keys[i].entity_column;
      const KeyType& type = schemas[view].key_types[i];
      const auto arrow_type = columnar::ArrowTypeOf(*schemas[view].keys[i].type);
      const auto known = std::ranges::find(columns.fields, name, &arrow::Field::name);
      if (known == columns.fields.end()) {
        columns.fields.push_back(arrow::field(name, arrow_type));
        columns.key_types.push_back(type);
      } else if (columns.key_types[static_cast<size_t>(known - columns.fields.begin())] != type) {
        return Error(ErrorCode::kInvalidArgument,
                     fmt::format("View {}: entity column {} is {} here, but not in another view",
                                 views[view].name, name, ToString(type.kind)));
      } else {
        *known = Widened(*known, arrow_type);
      }
    }
  }
  const auto unit =
      columns.unit == TimeUnit::kNanos ? arrow::TimeUnit::NANO : arrow::TimeUnit::MICRO;
  columns.fields.push_back(arrow::field(event_timestamp, arrow::timestamp(unit, "UTC")));
  return columns;
}

std::vector<std::string> EntityColumnsOf(const JoinView& view) {
  std::vector<std::string> names;
  for (const JoinKey& key : view.keys) {
    names.push_back(key.entity_column);
  }
  return names;
}

/// The view with its keys by the names of the entity columns: in one order, whoever lists them.
JoinView WithSortedKeys(JoinView view) {
  std::ranges::stable_sort(view.keys, {}, &JoinKey::entity_column);
  return view;
}

/// The times as the frame has them; null where there is none.
Result<ArrayPtr> TimeColumn(const std::vector<int64_t>& times,
                            const std::shared_ptr<arrow::DataType>& type,
                            arrow::MemoryPool* memory) {
  arrow::TimestampBuilder builder(type, memory);
  RETURN_IF_ERROR(columnar::ToStatus(builder.Reserve(static_cast<int64_t>(times.size())),
                                     ErrorCode::kResourceExhausted));
  for (int64_t time : times) {
    time == kNoTime ? builder.UnsafeAppendNull() : builder.UnsafeAppend(time);
  }
  ArrayPtr column;
  RETURN_IF_ERROR(columnar::ToStatus(builder.Finish(&column), ErrorCode::kResourceExhausted));
  return column;
}

/// The rows so far. Views of the same keys have each row once between them.
class Collected {
 public:
  explicit Collected(int64_t memory_bytes) : memory_bytes_(memory_bytes) {}

  KeyIndex& IndexOf(const JoinView& view) { return seen_[EntityColumnsOf(view)]; }

  /// `batch` may be empty, and its rows are in an index.
  Status Add(std::shared_ptr<arrow::RecordBatch> batch) {
    if (batch->num_rows() > 0) {
      ASSIGN_OR_RETURN(int64_t bytes,
                       ToResult(arrow::util::ReferencedBufferSize(*batch), ErrorCode::kInternal));
      bytes_ += bytes;
      batches_.push_back(std::move(batch));
    }
    int64_t held = bytes_;
    for (const auto& [columns, index] : seen_) {
      held += static_cast<int64_t>(index.MemoryBytes());
    }
    if (held <= memory_bytes_) {
      return {};
    }
    return Error(ErrorCode::kPayloadTooLarge,
                 fmt::format("The views' tables have more keys and times than {} MiB of memory "
                             "hold: ask for fewer, by a start and an end of the event times",
                             memory_bytes_ >> 20));
  }

  Result<std::shared_ptr<arrow::Table>> Finish(const std::shared_ptr<arrow::Schema>& schema) && {
    return ToResult(arrow::Table::FromRecordBatches(schema, std::move(batches_)),
                    ErrorCode::kInternal);
  }

 private:
  const int64_t memory_bytes_;
  std::map<std::vector<std::string>, KeyIndex> seen_;
  arrow::RecordBatchVector batches_;
  int64_t bytes_ = 0;
};

/// Takes the rows of one view, whose keys are sorted, that no view of the same keys had.
class ViewRows {
 public:
  ViewRows(const JoinContext& context,
           const JoinView& view,
           const ViewSchema& schema,
           const FrameColumns& frame,
           const EntityWindow& window)
      : context_(context), view_(view), schema_(schema), frame_(frame), window_(window) {
    key_types_ = schema.key_types;
    key_types_.push_back({KeyKind::kTimestamp});
  }

  Status AddTo(Collected& collected) {
    KeyIndex& seen = collected.IndexOf(view_);
    table::TableScanRequest request;
    request.plan.scan = table::SnapshotScan{view_.snapshot};
    request.plan.filter = WindowFilter(schema_, window_.start_us, window_.end_us);
    for (const JoinKey& key : view_.keys) {
      request.columns.push_back(key.table_column);
    }
    request.columns.push_back(view_.timestamp_column);
    ASSIGN_OR_RETURN(auto scan, table::TableScan::Open(context_.scan, view_.table, request));
    for (const iceberg::NestedField& key : schema_.keys) {
      paths_.push_back(columnar::PathTo(scan->schema()->fields(), key.id));
    }
    paths_.push_back(columnar::PathTo(scan->schema()->fields(), schema_.timestamp.id));
    while (true) {
      ASSIGN_OR_RETURN(auto batch, scan->Next());
      if (batch == nullptr) {
        return {};
      }
      ASSIGN_OR_RETURN(auto rows, NewRows(*batch, seen));
      RETURN_IF_ERROR(collected.Add(std::move(rows)));
      context_.Count(batch->num_rows());
    }
  }

 private:
  /// A time that nanoseconds cannot hold is the nearest one here: no time of the table's.
  Status CheckRange(int64_t time) const {
    if (frame_.unit == schema_.unit ||
        (time < std::numeric_limits<int64_t>::max() && time > kNoTime + 1)) {
      return {};
    }
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("View {}: another view's event times have nanoseconds, in which those "
                             "before 1677 or after 2262 cannot be told: ask for fewer, by a start "
                             "and an end, or give the entities",
                             view_.name));
  }

  Result<std::shared_ptr<arrow::RecordBatch>> NewRows(const arrow::RecordBatch& batch,
                                                      KeyIndex& seen) const {
    arrow::ArrayVector columns;
    for (size_t i = 0; i + 1 < paths_.size(); ++i) {
      ASSIGN_OR_RETURN(columns.emplace_back(), columnar::ColumnAt(batch, paths_[i]));
    }
    ASSIGN_OR_RETURN(ArrayPtr timestamps, columnar::ColumnAt(batch, paths_.back()));
    ASSIGN_OR_RETURN(std::vector<int64_t> times, TimesOf(*timestamps, frame_.unit));
    ASSIGN_OR_RETURN(columns.emplace_back(),
                     TimeColumn(times, frame_.fields.back()->type(), context_.memory));
    ASSIGN_OR_RETURN(EncodedKeys keys, EncodeKeys(key_types_, columns, batch.num_rows()));
    const int64_t start = InUnit(window_.start_us, frame_.unit);
    const int64_t end = InUnit(window_.end_us, frame_.unit);
    std::vector<uint8_t> is_new(times.size(), 0);
    for (size_t row = 0; row < times.size(); ++row) {
      if (keys.valid(row) && times[row] >= start && times[row] <= end) {
        RETURN_IF_ERROR(CheckRange(times[row]));
        const size_t known = seen.size();
        RETURN_IF_ERROR(seen.InsertOne(keys, row));
        is_new[row] = seen.size() > known ? 1 : 0;
      }
    }
    ASSIGN_OR_RETURN(auto rows, InFrame(columns, batch.num_rows()));
    return columnar::KeepRows(*rows, is_new, context_.memory);
  }

  /// The columns in their places, with the frame's types; null where the view has no such key.
  Result<std::shared_ptr<arrow::RecordBatch>> InFrame(const arrow::ArrayVector& columns,
                                                      int64_t rows) const {
    const std::vector<std::string> names = EntityColumnsOf(view_);
    arrow::ArrayVector placed;
    for (const auto& field : frame_.fields) {
      const auto name = std::ranges::find(names, field->name());
      if (field == frame_.fields.back()) {
        placed.push_back(columns.back());
      } else if (name == names.end()) {
        ASSIGN_OR_RETURN(placed.emplace_back(),
                         ToResult(arrow::MakeArrayOfNull(field->type(), rows, context_.memory),
                                  ErrorCode::kResourceExhausted));
      } else {
        const ArrayPtr& column = columns[static_cast<size_t>(name - names.begin())];
        ASSIGN_OR_RETURN(
            placed.emplace_back(),
            ToResult(arrow::compute::Cast(*column, field->type()), ErrorCode::kInvalidArgument));
      }
    }
    return arrow::RecordBatch::Make(frame_.schema(), rows, std::move(placed));
  }

  const JoinContext& context_;
  const JoinView& view_;
  const ViewSchema& schema_;
  const FrameColumns& frame_;
  const EntityWindow& window_;
  std::vector<KeyType> key_types_;
  std::vector<std::vector<int>> paths_;
};

}  // namespace

Result<std::shared_ptr<arrow::Table>> EntityRows(const JoinContext& context,
                                                 std::span<const JoinView> views,
                                                 const EntityWindow& window,
                                                 const std::string& event_timestamp,
                                                 int64_t memory_bytes) {
  std::vector<ViewSchema> schemas;
  for (const JoinView& view : views) {
    ASSIGN_OR_RETURN(schemas.emplace_back(), ResolveView(view));
  }
  ASSIGN_OR_RETURN(FrameColumns frame, ColumnsOf(views, schemas, event_timestamp));
  Collected collected(memory_bytes);
  for (const JoinView& each : views) {
    const JoinView view = WithSortedKeys(each);
    ASSIGN_OR_RETURN(const ViewSchema schema, ResolveView(view));
    ViewRows rows(context, view, schema, frame, window);
    RETURN_IF_ERROR(rows.AddTo(collected));
  }
  return std::move(collected).Finish(frame.schema());
}

}  // namespace firn::features
