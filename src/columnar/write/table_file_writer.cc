#include "columnar/write/table_file_writer.h"

#include <algorithm>
#include <utility>

#include <arrow/table.h>
#include <arrow/util/byte_size.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "iceberg/schema/civil_time.h"
#include "iceberg/schema/literal_binary.h"
#include "storage/location.h"

namespace firn::columnar {
namespace {

using iceberg::Literal;
using iceberg::StructValue;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

/// Equal where the partitions are.
std::string KeyOf(const StructValue& partition) {
  std::string key;
  for (const auto& [id, value] : partition.fields) {
    std::string bytes = iceberg::EncodeLiteral(value);
    key += fmt::format("{}:{}:", id.value(), bytes.size());
    key += bytes;
  }
  return key;
}

/// For people who look at the folders; names are unique without it.
std::string TextOf(const iceberg::Type& type, const Literal& value) {
  if (const auto* narrow = value.As<int32_t>()) {
    return type.id() == iceberg::TypeId::kDate ? iceberg::FormatIsoDate(*narrow)
                                               : std::to_string(*narrow);
  }
  if (const auto* wide = value.As<int64_t>()) {
    return std::to_string(*wide);
  }
  if (const auto* flag = value.As<bool>()) {
    return *flag ? "true" : "false";
  }
  if (const auto* text = value.As<std::string>()) {
    return *text;
  }
  if (const auto* uuid = value.As<Uuid>()) {
    return uuid->ToString();
  }
  return "value";
}

}  // namespace

Result<std::unique_ptr<TableFileWriter>> TableFileWriter::Make(const TableWriteRequest& request,
                                                               const arrow::Schema& input) {
  std::unique_ptr<TableFileWriter> writer(new TableFileWriter(request));
  std::vector<SourceField> source = SourceFieldsOf(input.fields());
  ProjectionOptions options{.direction = ProjectionOptions::Direction::kWrite,
                            .match = AnyIds(source) ? MatchFields::kById : MatchFields::kByName};
  ASSIGN_OR_RETURN(writer->projection_, Projection::Make(source, request.schema.fields(), options));
  if (request.spec.is_partitioned()) {
    ASSIGN_OR_RETURN(writer->split_, PartitionSplit::Make(request.spec, request.schema));
    writer->partition_type_ = iceberg::PartitionType(request.spec, request.schema);
  }
  if (request.sort_order.is_sorted()) {
    ASSIGN_OR_RETURN(writer->sorter_, RowSorter::Make(request.sort_order, request.schema));
  }
  return writer;
}

TableFileWriter::~TableFileWriter() {
  std::vector<std::string> locations;
  for (const iceberg::DataFile& file : files_) {
    locations.push_back(file.path);
  }
  // What cannot be deleted now is an orphan, which maintenance finds.
  (void)request_.target.store.DeleteMany(locations);
}

Status TableFileWriter::Write(const arrow::RecordBatch& batch) {
  if (batch.num_rows() == 0) {
    return {};
  }
  return Guarded([&]() -> Status {
    ASSIGN_OR_RETURN(BatchPtr projected, projection_->Apply(batch));
    return sorter_ ? WriteSorted(std::move(projected)) : WritePartitioned(projected);
  });
}

Status TableFileWriter::WriteSorted(BatchPtr batch) {
  ASSIGN_OR_RETURN(int64_t bytes,
                   ToResult(arrow::util::ReferencedBufferSize(*batch), ErrorCode::kInternal));
  run_bytes_ += bytes;
  run_.push_back(std::move(batch));
  return run_bytes_ >= request_.limits.sort_bytes ? FlushRun() : Status();
}

Status TableFileWriter::FlushRun() {
  if (run_.empty()) {
    return {};
  }
  ASSIGN_OR_RETURN(auto table,
                   ToResult(arrow::Table::FromRecordBatches(run_), ErrorCode::kInternal));
  ASSIGN_OR_RETURN(BatchPtr joined, ToResult(table->CombineChunksToBatch(request_.target.memory),
                                             ErrorCode::kInternal));
  run_.clear();
  run_bytes_ = 0;
  ASSIGN_OR_RETURN(BatchPtr sorted, sorter_->Sort(joined));
  RETURN_IF_ERROR(WritePartitioned(sorted));
  return CloseAll();
}

Status TableFileWriter::WritePartitioned(const BatchPtr& batch) {
  std::vector<PartitionRows> parts;
  if (split_) {
    ASSIGN_OR_RETURN(parts, split_->Split(batch));
  } else {
    parts.push_back({{}, batch});
  }
  for (const PartitionRows& part : parts) {
    RETURN_IF_ERROR(WriterOf(part.partition).Write(*part.rows));
    int64_t held = 0;
    for (const Partition& partition : open_) {
      held += partition.writer->MemoryBytes();
    }
    // The last one goes where it alone is too large.
    while (open_.size() > request_.limits.open_partitions ||
           (held > request_.limits.open_bytes && !open_.empty())) {
      held -= open_.back().writer->MemoryBytes();
      RETURN_IF_ERROR(CloseOldest());
    }
  }
  return {};
}

RollingFileWriter& TableFileWriter::WriterOf(const StructValue& partition) {
  std::string key = KeyOf(partition);
  auto found = by_key_.find(key);
  if (found != by_key_.end()) {
    open_.splice(open_.begin(), open_, found->second);
    return *open_.front().writer;
  }
  FileTarget target = request_.target;
  target.partition = PathOf(partition);
  target.prefix = fmt::format("{}-{:05}", target.prefix, next_writer_++);
  FileKind kind{.partition = partition, .sort_order_id = request_.sort_order.id};
  open_.push_front(
      {key, std::make_unique<RollingFileWriter>(std::move(target), request_.schema,
                                                request_.properties, std::move(kind))});
  by_key_.emplace(std::move(key), open_.begin());
  return *open_.front().writer;
}

Status TableFileWriter::CloseOldest() {
  ASSIGN_OR_RETURN(std::vector<iceberg::DataFile> files, open_.back().writer->Finish());
  files_.insert(files_.end(), files.begin(), files.end());
  by_key_.erase(open_.back().key);
  open_.pop_back();
  return {};
}

Status TableFileWriter::CloseAll() {
  while (!open_.empty()) {
    RETURN_IF_ERROR(CloseOldest());
  }
  return {};
}

Result<std::vector<iceberg::DataFile>> TableFileWriter::Finish() {
  Status closed = Guarded([&]() -> Status {
    RETURN_IF_ERROR(FlushRun());
    return CloseAll();
  });
  RETURN_IF_ERROR(std::move(closed));
  return std::exchange(files_, {});
}

std::string TableFileWriter::PathOf(const StructValue& partition) const {
  std::string path;
  if (!split_) {
    return path;
  }
  for (const iceberg::NestedField& field : partition_type_->fields()) {
    auto value = std::find_if(partition.fields.begin(), partition.fields.end(),
                              [&](const auto& pair) { return pair.first == field.id; });
    std::string text =
        value == partition.fields.end() ? "null" : TextOf(*field.type, value->second);
    path += path.empty() ? "" : "/";
    path += storage::SafeSegment(field.name) + "=" + storage::SafeSegment(text);
  }
  return path;
}

}  // namespace firn::columnar
