#include "columnar/write/parquet_file_writer.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include <arrow/util/byte_size.h>
#include <parquet/file_writer.h>
#include <parquet/properties.h>
#include <parquet/statistics.h>

#include "columnar/io/arrow_status.h"
#include "columnar/kernels/field_path.h"
#include "columnar/kernels/projection.h"
#include "columnar/schema/arrow_type.h"
#include "columnar/schema/parquet_schema.h"
#include "columnar/write/dictionary_choice_internal.h"

namespace firn::columnar {
namespace {

using iceberg::FieldId;
using iceberg::NestedField;
using iceberg::TypeId;

/// Measured at a time, whichever is less: a row group ends at one of these.
constexpr int64_t kStepRows = 16 << 10;
constexpr int64_t kStepBytes = 4 << 20;
/// Below, a row group is not worth the threads.
constexpr int64_t kMinParallelBytes = 4 << 20;
/// Above, a column's texts may not fit into one array.
constexpr int64_t kMaxParallelBytes = int64_t{1} << 31;
constexpr int64_t kMinBufferBytes = 64 << 10;
/// What encoding and compression leave, before the first row group says.
constexpr double kExpectedRatio = 0.5;
/// Readers that know faulty writers ignore statistics of names without a version.
constexpr const char* kCreatedBy = "firn version 0.1.0";

void SetProperties(const WriteProperties& properties, parquet::WriterProperties::Builder& builder) {
  builder.version(parquet::ParquetVersion::PARQUET_2_6)
      ->compression(properties.codec)
      ->data_pagesize(properties.page_bytes)
      ->max_rows_per_page(properties.page_rows)
      ->dictionary_pagesize_limit(properties.dictionary_bytes)
      ->max_row_group_length(std::numeric_limits<int64_t>::max())
      ->enable_store_decimal_as_integer()
      ->enable_write_page_index()
      ->created_by(kCreatedBy);
  if (properties.level) {
    builder.compression_level(*properties.level);
  }
}

std::vector<std::string> BloomFiltersOf(const WriteProperties& properties,
                                        const iceberg::Schema& schema) {
  std::vector<std::string> columns;
  for (const std::string& column : properties.bloom_filter_columns) {
    const NestedField* field = schema.FindField(column);
    if (field != nullptr && field->type->is_primitive() && field->type->id() != TypeId::kBoolean) {
      columns.push_back(column);
    }
  }
  return columns;
}

int64_t StartOf(const parquet::ColumnChunkMetaData& chunk) {
  int64_t begin = chunk.data_page_offset();
  return chunk.has_dictionary_page() && chunk.dictionary_page_offset() > 0
             ? std::min(begin, chunk.dictionary_page_offset())
             : begin;
}

/// Rows of a step through a batch of `rows` rows, `bytes` in all.
int64_t StepRows(int64_t rows, int64_t bytes) {
  const int64_t row_bytes = std::max<int64_t>(bytes / std::max<int64_t>(rows, 1), 1);
  return std::clamp<int64_t>(kStepBytes / row_bytes, 1, kStepRows);
}

/// Adds to the count of a field, which its columns share.
void AddTo(iceberg::CountsByField& counts, FieldId id, int64_t more) {
  auto found = std::find_if(counts.begin(), counts.end(),
                            [id](const auto& pair) { return pair.first == id; });
  if (found == counts.end()) {
    counts.emplace_back(id, more);
  } else {
    found->second += more;
  }
}

}  // namespace

Result<std::unique_ptr<ParquetFileWriter>> ParquetFileWriter::Make(
    const iceberg::Schema& schema,
    const WriteProperties& properties,
    EncodeThreads threads,
    arrow::MemoryPool* memory) {
  std::unique_ptr<ParquetFileWriter> made(new ParquetFileWriter(threads, memory));
  made->properties_ = properties;
  made->stored_ = StoredFields(schema.fields());
  made->stored_schema_ = ArrowSchemaOf(made->stored_);
  made->schema_arrow_ = ArrowSchemaOf(schema);
  if (!made->stored_schema_->Equals(*made->schema_arrow_)) {
    ASSIGN_OR_RETURN(made->select_,
                     Projection::Make(SourceFieldsOf(made->schema_arrow_->fields()), made->stored_,
                                      {.direction = ProjectionOptions::Direction::kSelect}));
  }
  made->CollectLeaves(schema.fields(), {});
  made->CollectChunks(made->stored_, false);
  made->bloom_filters_ = BloomFiltersOf(properties, schema);
  ASSIGN_OR_RETURN(made->root_, ParquetSchemaOf(schema.fields()));
  return made;
}

Status ParquetFileWriter::Open(int64_t capacity_bytes) {
  ASSIGN_OR_RETURN(bytes_, ToResult(arrow::AllocateResizableBuffer(capacity_bytes, memory_),
                                    ErrorCode::kResourceExhausted));
  sink_ = std::make_shared<arrow::io::BufferOutputStream>(bytes_);
  parquet::WriterProperties::Builder builder;
  SetProperties(properties_, builder);
  builder.memory_pool(memory_);
  for (const std::string& column : bloom_filters_) {
    builder.enable_bloom_filter(column, {});
  }
  for (const std::string& column : without_dictionary_) {
    builder.disable_dictionary(column);
  }
  auto file = parquet::ParquetFileWriter::Open(sink_, root_, builder.build());
  auto arrow_properties = parquet::ArrowWriterProperties::Builder()
                              .set_use_threads(threads_ == EncodeThreads::kArrowPool)
                              ->build();
  return ToStatus(parquet::arrow::FileWriter::Make(memory_, std::move(file), stored_schema_,
                                                   arrow_properties, &writer_),
                  ErrorCode::kInternal);
}

Result<std::vector<std::string>> ParquetFileWriter::ColumnsWithoutDictionary(
    const arrow::RecordBatch& first) const {
  parquet::SchemaDescriptor columns;
  columns.Init(root_);
  std::vector<std::string> plain;
  for (const Leaf& leaf : leaves_) {
    if (!leaf.bounds.type().is_primitive()) {
      continue;
    }
    auto chunk = std::find_if(chunks_.begin(), chunks_.end(),
                              [&](const Chunk& known) { return known.id == leaf.id; });
    ASSIGN_OR_RETURN(auto values, ColumnAt(first, PathTo(stored_schema_->fields(), leaf.id)));
    if (chunk != chunks_.end() && OutgrowsDictionary(values, properties_.dictionary_bytes)) {
      const auto* column = columns.Column(static_cast<int>(chunk - chunks_.begin()));
      plain.push_back(column->path()->ToDotString());
    }
  }
  return plain;
}

void ParquetFileWriter::CollectLeaves(std::span<const NestedField> fields,
                                      const std::vector<int>& above) {
  for (size_t i = 0; i < fields.size(); ++i) {
    const NestedField& field = fields[i];
    std::vector<int> path = above;
    path.push_back(static_cast<int>(i));
    if (field.type->is_struct()) {
      CollectLeaves(field.type->fields(), path);
    } else if (!field.type->is_nested() && field.type->id() != TypeId::kUnknown) {
      leaves_.push_back(
          {field.id, std::move(path), ColumnBounds(field.type, properties_.metrics_of(field.id))});
    }
  }
}

void ParquetFileWriter::CollectChunks(std::span<const NestedField> fields, bool repeated) {
  for (const NestedField& field : fields) {
    if (field.type->is_nested()) {
      CollectChunks(field.type->fields(), repeated || !field.type->is_struct());
      continue;
    }
    chunks_.push_back({field.id, repeated});
    if (field.type->id() == TypeId::kVariant) {
      chunks_.push_back({field.id, repeated});
    }
  }
}

Status ParquetFileWriter::Write(const arrow::RecordBatch& batch) {
  if (!batch.schema()->Equals(*schema_arrow_, /*check_metadata=*/false)) {
    return Error(ErrorCode::kInvalidArgument, "A batch is not of the schema of its file");
  }
  return Guarded([&]() -> Status {
    ASSIGN_OR_RETURN(int64_t batch_bytes,
                     ToResult(arrow::util::ReferencedBufferSize(batch), ErrorCode::kInternal));
    const int64_t step_rows = StepRows(batch.num_rows(), batch_bytes);
    int64_t held = 0;
    for (int64_t begin = 0; begin < batch.num_rows(); begin += step_rows) {
      const int64_t end = std::min(begin + step_rows, batch.num_rows());
      auto step = batch.Slice(begin, end - begin);
      RETURN_IF_ERROR(Measure(*step));
      ASSIGN_OR_RETURN(int64_t bytes,
                       ToResult(arrow::util::ReferencedBufferSize(*step), ErrorCode::kInternal));
      open_raw_bytes_ += std::max<int64_t>(bytes, 1);
      const bool is_full = open_raw_bytes_ >= properties_.row_group_bytes;
      if (is_full || end == batch.num_rows()) {
        RETURN_IF_ERROR(Hold(*batch.Slice(held, end - held)));
        held = end;
      }
      if (is_full) {
        RETURN_IF_ERROR(EncodeGroup());
      }
    }
    return {};
  });
}

Status ParquetFileWriter::Measure(const arrow::RecordBatch& batch) {
  for (Leaf& leaf : leaves_) {
    if (!leaf.bounds.mode().counts()) {
      continue;
    }
    ASSIGN_OR_RETURN(auto column, ColumnAt(batch, leaf.path));
    leaf.bounds.Add(*column);
  }
  return {};
}

Status ParquetFileWriter::Hold(const arrow::RecordBatch& rows) {
  auto stored = arrow::RecordBatch::Make(stored_schema_, rows.num_rows(), rows.columns());
  if (select_) {
    ASSIGN_OR_RETURN(stored, select_->Apply(rows));
  }
  rows_ += rows.num_rows();
  group_.push_back(std::move(stored));
  return {};
}

Status ParquetFileWriter::EncodeGroup() {
  if (group_.empty()) {
    return {};
  }
  ASSIGN_OR_RETURN(auto rows,
                   ToResult(arrow::Table::FromRecordBatches(stored_schema_, std::move(group_)),
                            ErrorCode::kInternal));
  group_.clear();
  if (writer_ == nullptr) {
    ASSIGN_OR_RETURN(auto first, ToResult(rows->Slice(0, kStepRows)->CombineChunksToBatch(memory_),
                                          ErrorCode::kInternal));
    ASSIGN_OR_RETURN(without_dictionary_, ColumnsWithoutDictionary(*first));
    RETURN_IF_ERROR(Open(std::max(open_raw_bytes_, kMinBufferBytes)));
  }
  const bool parallel = threads_ == EncodeThreads::kArrowPool &&
                        open_raw_bytes_ >= kMinParallelBytes &&
                        open_raw_bytes_ <= kMaxParallelBytes;
  RETURN_IF_ERROR(parallel ? EncodeInParallel(std::move(rows)) : EncodeInTurn(*rows));
  closed_raw_bytes_ += std::exchange(open_raw_bytes_, 0);
  return {};
}

Status ParquetFileWriter::EncodeInTurn(const arrow::Table& rows) {
  RETURN_IF_ERROR(ToStatus(writer_->NewRowGroup(), ErrorCode::kInternal));
  for (const auto& column : rows.columns()) {
    RETURN_IF_ERROR(ToStatus(writer_->WriteColumnChunk(column), ErrorCode::kInvalidArgument));
  }
  ASSIGN_OR_RETURN(written_bytes_, ToResult(sink_->Tell(), ErrorCode::kInternal));
  written_raw_bytes_ = closed_raw_bytes_ + open_raw_bytes_;
  return {};
}

Status ParquetFileWriter::EncodeInParallel(std::shared_ptr<arrow::Table> rows) {
  ASSIGN_OR_RETURN(auto joined,
                   ToResult(rows->CombineChunksToBatch(memory_), ErrorCode::kInternal));
  rows.reset();
  // The group before reaches the file where the next one begins.
  RETURN_IF_ERROR(ToStatus(writer_->NewBufferedRowGroup(), ErrorCode::kInternal));
  ASSIGN_OR_RETURN(written_bytes_, ToResult(sink_->Tell(), ErrorCode::kInternal));
  written_raw_bytes_ = closed_raw_bytes_;
  return ToStatus(writer_->WriteRecordBatch(*joined), ErrorCode::kInvalidArgument);
}

int64_t ParquetFileWriter::EstimatedBytes() const {
  double ratio = written_raw_bytes_ > 0
                     ? static_cast<double>(written_bytes_) / static_cast<double>(written_raw_bytes_)
                     : kExpectedRatio;
  int64_t pending = closed_raw_bytes_ - written_raw_bytes_ + open_raw_bytes_;
  return written_bytes_ + static_cast<int64_t>(static_cast<double>(pending) * ratio);
}

Result<WrittenFile> ParquetFileWriter::Finish() && {
  return Guarded([&]() -> Result<WrittenFile> {
    RETURN_IF_ERROR(EncodeGroup());
    if (writer_ == nullptr) {
      RETURN_IF_ERROR(Open(kMinBufferBytes));
    }
    RETURN_IF_ERROR(ToStatus(writer_->Close(), ErrorCode::kInternal));
    WrittenFile written;
    AddBounds(written.metrics);
    AddChunks(*writer_->metadata(), written.metrics);
    RETURN_IF_ERROR(ToStatus(sink_->Close(), ErrorCode::kInternal));
    written.bytes = std::move(bytes_);
    written.metrics.format = iceberg::FileFormat::kParquet;
    written.metrics.record_count = rows_;
    written.metrics.file_size_bytes = written.bytes->size();
    return written;
  });
}

void ParquetFileWriter::AddBounds(iceberg::DataFile& file) const {
  for (const Leaf& leaf : leaves_) {
    const ColumnBounds& bounds = leaf.bounds;
    if (!bounds.mode().counts()) {
      continue;
    }
    file.value_counts.emplace_back(leaf.id, bounds.values());
    file.null_value_counts.emplace_back(leaf.id, bounds.nulls());
    if (bounds.type().id() == TypeId::kFloat || bounds.type().id() == TypeId::kDouble) {
      file.nan_value_counts.emplace_back(leaf.id, bounds.nans());
    }
    if (auto lower = bounds.Lower()) {
      file.lower_bounds.emplace_back(leaf.id, *std::move(lower));
    }
    if (auto upper = bounds.Upper()) {
      file.upper_bounds.emplace_back(leaf.id, *std::move(upper));
    }
  }
}

void ParquetFileWriter::AddChunks(const parquet::FileMetaData& metadata,
                                  iceberg::DataFile& file) const {
  for (int number = 0; number < metadata.num_row_groups(); ++number) {
    auto group = metadata.RowGroup(number);
    if (group->num_rows() == 0) {
      continue;
    }
    file.split_offsets.push_back(StartOf(*group->ColumnChunk(0)));
    for (size_t i = 0; i < chunks_.size(); ++i) {
      FieldId id = chunks_[i].id;
      if (!properties_.metrics_of(id).counts()) {
        continue;
      }
      auto chunk = group->ColumnChunk(static_cast<int>(i));
      AddTo(file.column_sizes, id, chunk->total_compressed_size());
      if (chunks_[i].repeated) {
        AddTo(file.value_counts, id, chunk->num_values());
        auto statistics = chunk->statistics();
        if (statistics != nullptr && statistics->HasNullCount()) {
          AddTo(file.null_value_counts, id, statistics->null_count());
        }
      }
    }
  }
}

}  // namespace firn::columnar
