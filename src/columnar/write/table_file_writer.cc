#include "columnar/write/table_file_writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <arrow/util/byte_size.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "columnar/kernels/join_rows.h"
#include "columnar/kernels/take_rows.h"
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

std::vector<iceberg::SortField> Partitions(const iceberg::PartitionSpec& spec) {
  std::vector<iceberg::SortField> fields;
  for (const iceberg::PartitionField& field : spec.fields) {
    if (field.transform.kind() != iceberg::TransformKind::kVoid) {
      fields.push_back({.source_id = field.source_id, .transform = field.transform});
    }
  }
  return fields;
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
    ASSIGN_OR_RETURN(RowOrder order, RowOrder::Make(request.sort_order.fields, request.schema,
                                                    Partitions(request.spec)));
    writer->sort_.emplace(std::move(order), request.limits.sort, request.target.memory);
  }
  return writer;
}

TableFileWriter::~TableFileWriter() {
  std::vector<std::string> locations;
  locations.reserve(files_.size());
  for (const iceberg::DataFile& file : files_) {
    locations.push_back(file.path);
  }
  // What cannot be deleted now is an orphan, which maintenance finds.
  static_cast<void>(request_.target.store.DeleteMany(locations));
}

Status TableFileWriter::Write(const arrow::RecordBatch& batch) {
  if (batch.num_rows() == 0) {
    return {};
  }
  return Guarded([&]() -> Status {
    ASSIGN_OR_RETURN(BatchPtr projected, projection_->Apply(batch));
    if (sort_) {
      return sort_->Add(std::move(projected));
    }
    return split_ ? Gather(std::move(projected)) : WriteRows(projected);
  });
}

Status TableFileWriter::Gather(BatchPtr batch) {
  ASSIGN_OR_RETURN(int64_t bytes,
                   ToResult(arrow::util::ReferencedBufferSize(*batch), ErrorCode::kInternal));
  if (run_bytes_ > 0 && run_bytes_ + bytes > kMaxJoinedBytes) {
    RETURN_IF_ERROR(FlushRun());
  }
  run_bytes_ += bytes;
  run_.push_back(std::move(batch));
  return run_bytes_ >= request_.limits.split_bytes ? FlushRun() : Status();
}

Status TableFileWriter::FlushRun() {
  if (run_.empty()) {
    return {};
  }
  ASSIGN_OR_RETURN(BatchPtr rows, JoinRows(run_, request_.target.memory));
  run_.clear();
  run_bytes_ = 0;
  return WriteRows(rows);
}

Status TableFileWriter::WriteSorted(ExternalSort& sort) {
  while (true) {
    ASSIGN_OR_RETURN(BatchPtr rows, sort.Next());
    if (rows == nullptr) {
      return {};
    }
    RETURN_IF_ERROR(WriteRows(rows));
    // Those of partitions that are over: of the last one more rows may come.
    if (open_.size() > 1) {
      RETURN_IF_ERROR(CloseOldest(open_.size() - 1));
    }
  }
}

Status TableFileWriter::WriteRows(const BatchPtr& batch) {
  if (!split_) {
    RETURN_IF_ERROR(WriterOf({}).Write(*batch));
    return MakeRoom();
  }
  ASSIGN_OR_RETURN(std::vector<PartitionRows> parts, split_->Split(*batch));
  const size_t step = std::max<size_t>(request_.limits.open_partitions, 1);
  for (size_t begin = 0; begin < parts.size(); begin += step) {
    const size_t count = std::min(step, parts.size() - begin);
    RETURN_IF_ERROR(WriteParts(batch, std::span(parts).subspan(begin, count)));
  }
  return {};
}

Status TableFileWriter::WriteParts(const BatchPtr& batch, std::span<const PartitionRows> parts) {
  std::vector<RollingFileWriter*> writers;
  for (const PartitionRows& part : parts) {
    writers.push_back(&WriterOf(part.partition));
  }
  const size_t limit = std::max(request_.limits.open_partitions, parts.size());
  if (open_.size() > limit) {
    RETURN_IF_ERROR(CloseOldest(open_.size() - limit));
  }
  RETURN_IF_ERROR(InParallel(parts.size(), [&](size_t i) -> Status {
    // Copied, so that no batch stays in memory for the sake of a few.
    BatchPtr rows = batch;
    if (std::ssize(parts[i].rows) < batch->num_rows()) {
      ASSIGN_OR_RETURN(rows, TakeRows(batch, parts[i].rows, request_.target.memory));
    }
    return writers[i]->Write(*rows);
  }));
  return MakeRoom();
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
  // Few files at a time, as where partitions come one after the other, or many.
  const bool alone = (!split_ || sort_) && request_.pool != nullptr;
  target.threads = alone ? EncodeThreads::kArrowPool : EncodeThreads::kCaller;
  target.prefix = fmt::format("{}-{:05}", target.prefix, next_writer_++);
  FileKind kind{.partition = partition, .sort_order_id = request_.sort_order.id};
  open_.push_front(
      {key, std::make_unique<RollingFileWriter>(std::move(target), request_.schema,
                                                request_.properties, std::move(kind))});
  by_key_.emplace(std::move(key), open_.begin());
  return *open_.front().writer;
}

Status TableFileWriter::MakeRoom() {
  int64_t held = 0;
  for (const Partition& partition : open_) {
    held += partition.writer->MemoryBytes();
  }
  size_t closing = 0;
  // The last one goes where it alone is too large.
  for (auto at = open_.rbegin(); at != open_.rend() && held > request_.limits.open_bytes; ++at) {
    held -= at->writer->MemoryBytes();
    ++closing;
  }
  return CloseOldest(closing);
}

Status TableFileWriter::CloseOldest(size_t count) {
  const auto first = std::prev(open_.end(), static_cast<std::ptrdiff_t>(count));
  std::vector<RollingFileWriter*> oldest;
  for (auto at = first; at != open_.end(); ++at) {
    oldest.push_back(at->writer.get());
  }
  std::vector<std::vector<iceberg::DataFile>> files(count);
  Status closed = InParallel(count, [&](size_t i) -> Status {
    ASSIGN_OR_RETURN(files[i], oldest[i]->Finish());
    return {};
  });
  // Also where another failed: what was handed over is deleted by who has it.
  for (std::vector<iceberg::DataFile>& of_one : files) {
    std::ranges::move(of_one, std::back_inserter(files_));
  }
  RETURN_IF_ERROR(std::move(closed));
  for (auto at = first; at != open_.end(); ++at) {
    by_key_.erase(at->key);
  }
  open_.erase(first, open_.end());
  return {};
}

Status TableFileWriter::InParallel(size_t count, const std::function<Status(size_t)>& body) const {
  auto guarded = [&body](size_t i) { return Guarded([&] { return body(i); }); };
  if (request_.pool != nullptr) {
    return ParallelFor(*request_.pool, count, request_.limits.parallelism, guarded);
  }
  for (size_t i = 0; i < count; ++i) {
    RETURN_IF_ERROR(guarded(i));
  }
  return {};
}

Status TableFileWriter::Close() {
  return Guarded([&]() -> Status {
    RETURN_IF_ERROR(sort_ ? WriteSorted(*sort_) : FlushRun());
    return CloseOldest(open_.size());
  });
}

Result<std::vector<iceberg::DataFile>> TableFileWriter::Finish() {
  RETURN_IF_ERROR(Close());
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
