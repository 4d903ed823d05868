#include "columnar/read/parquet_source.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/properties.h>
#include <parquet/size_statistics.h>

#include "columnar/io/arrow_status.h"
#include "columnar/schema/arrow_type.h"

namespace firn::columnar {
namespace {

SourceField SourceFieldOf(const parquet::arrow::SchemaField& field) {
  SourceField source{
      field.field->name(), FieldIdOf(*field.field), field.field->type(), {}, field.column_index};
  const auto* children = &field.children;
  // A map's children lie below its key_value group.
  if (source.type->id() == arrow::Type::MAP && children->size() == 1) {
    children = &children->front().children;
  }
  for (const auto& child : *children) {
    source.children.push_back(SourceFieldOf(child));
  }
  return source;
}

/// Of a local file, read ahead of each column: fits a core's cache with those of some ten others.
constexpr int64_t kReadAheadBytes = int64_t{64} << 10;

parquet::ReaderProperties PropertiesOf(const ObjectFile& file, arrow::MemoryPool* memory) {
  parquet::ReaderProperties properties(memory);
  if (file.is_local()) {
    properties.enable_buffered_stream();
    properties.set_buffer_size(kReadAheadBytes);
  }
  return properties;
}

parquet::ArrowReaderProperties PropertiesOf(const ReadOptions& options) {
  parquet::ArrowReaderProperties properties(options.threads == DecodeThreads::kArrowPool);
  // ObjectFile has fetched what is read.
  properties.set_pre_buffer(false);
  properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
  return properties;
}

/// What a value takes in Arrow; nullopt: that depends on the value.
std::optional<int64_t> ValueBytes(const parquet::ColumnDescriptor& column) {
  switch (column.physical_type()) {
    case parquet::Type::BOOLEAN:
      return 1;
    case parquet::Type::INT32:
    case parquet::Type::FLOAT:
      return column.logical_type()->is_decimal() ? 16 : 4;
    case parquet::Type::INT64:
    case parquet::Type::DOUBLE:
      return column.logical_type()->is_decimal() ? 16 : 8;
    case parquet::Type::INT96:
      return 12;
    case parquet::Type::FIXED_LEN_BYTE_ARRAY:
      return std::max(column.type_length(), 16);
    default:
      return std::nullopt;
  }
}

/// What plain columns take while they are decoded: their values, and a definition level each. The
/// largest number where the file does not tell, and for nested columns: slices share their
/// children, which a projection would convert once a slice.
int64_t DecodedBytes(const parquet::RowGroupMetaData& group, const std::vector<int>& leaves) {
  constexpr int64_t kUnknown = std::numeric_limits<int64_t>::max();
  double bytes = 0;
  for (int leaf : leaves) {
    const parquet::ColumnDescriptor& column = *group.schema()->Column(leaf);
    if (column.path()->ToDotVector().size() > 1) {
      return kUnknown;
    }
    const auto chunk = group.ColumnChunk(leaf);
    // A footer may claim anything.
    const auto values = static_cast<double>(std::max(chunk->num_values(), group.num_rows()));
    bytes += values * sizeof(int16_t);
    if (auto width = ValueBytes(column)) {
      bytes += values * static_cast<double>(*width);
      continue;
    }
    const auto sizes = chunk->size_statistics();
    if (sizes == nullptr || !sizes->unencoded_byte_array_data_bytes) {
      return kUnknown;
    }
    bytes += 4 * values + static_cast<double>(*sizes->unencoded_byte_array_data_bytes);
  }
  return bytes < static_cast<double>(kUnknown) ? static_cast<int64_t>(bytes) : kUnknown;
}

}  // namespace

ParquetSource::ParquetSource(const ReadContext& context)
    : batch_rows_(context.options.batch_rows),
      whole_group_bytes_(context.options.whole_group_bytes) {}

Error ParquetSource::Explain(Error error) const {
  const auto& context = error.context();
  bool named = std::any_of(context.begin(), context.end(),
                           [](const auto& pair) { return pair.first == "path"; });
  return named ? error : std::move(error).With("path", file_->location());
}

Result<std::unique_ptr<ParquetSource>> ParquetSource::Open(const ReadContext& context,
                                                           const FileToRead& file) {
  std::unique_ptr<ParquetSource> source(new ParquetSource(context));
  ASSIGN_OR_RETURN(source->file_, ObjectFile::Open(context.store, context.pool, file.path,
                                                   file.size_bytes, context.options.fetch));
  source->properties_ = PropertiesOf(*source->file_, context.memory);
  auto open = [&]() -> Status {
    auto contents = std::make_unique<PageContents>(source->file_, source->properties_);
    source->contents_ = contents.get();
    source->metadata_ = contents->metadata();
    auto parquet = std::make_unique<parquet::ParquetFileReader>();
    parquet->Open(std::move(contents));
    ASSIGN_OR_RETURN(source->reader_,
                     ToResult(parquet::arrow::FileReader::Make(context.memory, std::move(parquet),
                                                               PropertiesOf(context.options))));
    for (const auto& field : source->reader_->manifest().schema_fields) {
      source->fields_.push_back(SourceFieldOf(field));
    }
    return {};
  };
  Status opened = Guarded(open);
  if (!opened.has_value()) {
    return source->Explain(std::move(opened).error());
  }
  return source;
}

std::vector<ByteRange> ParquetSource::RangesOf(const ChosenRowGroup& row_group,
                                               const std::vector<int>& leaves) const {
  auto group = metadata_->RowGroup(row_group.group);
  std::vector<ByteRange> ranges;
  for (int leaf : leaves) {
    const ChosenPages* chosen = nullptr;
    if (row_group.selection) {
      auto found = row_group.selection->leaves.find(leaf);
      chosen = found != row_group.selection->leaves.end() ? &found->second : nullptr;
    }
    if (chosen == nullptr) {
      ranges.push_back(BytesOf(*group->ColumnChunk(leaf)));
      continue;
    }
    if (chosen->needs_dictionary) {
      ranges.push_back(chosen->dictionary);
    }
    std::vector<ByteRange> runs = RunsOf(chosen->pages);
    ranges.insert(ranges.end(), runs.begin(), runs.end());
  }
  return ranges;
}

Status ParquetSource::Fetch(const ChosenRowGroup& row_group, const std::vector<int>& leaves) {
  std::vector<ByteRange> ranges = RangesOf(row_group, leaves);
  int64_t size = file_->GetSize().ValueOrDie();
  for (const ByteRange& range : ranges) {
    if (!IsInside(range, size)) {
      return Error(ErrorCode::kInvalidMetadata, "Parquet: a column lies outside of its file");
    }
  }
  return file_->Prefetch(std::move(ranges));
}

Status ParquetSource::BeginRowGroup(const ChosenRowGroup& row_group,
                                    const std::vector<int>& leaves) {
  auto begin = [&]() -> Status {
    RETURN_IF_ERROR(Fetch(row_group, leaves));
    batches_.reset();
    decoded_.reset();
    selected_.reset();
    selection_ = row_group.selection;
    contents_->Select(selection_ ? &*selection_ : nullptr);
    reader_->set_batch_size(batch_rows_);
    next_row_ = 0;
    if (selection_) {
      ASSIGN_OR_RETURN(selected_,
                       SelectedRows::Make(*reader_, row_group.group, leaves, *selection_));
      return {};
    }
    const int64_t rows = metadata_->RowGroup(row_group.group)->num_rows();
    const bool at_once =
        DecodedBytes(*metadata_->RowGroup(row_group.group), leaves) <= whole_group_bytes_;
    if (at_once) {
      reader_->set_batch_size(std::max(rows, batch_rows_));
    }
    ASSIGN_OR_RETURN(batches_, ToResult(reader_->GetRecordBatchReader({row_group.group}, leaves)));
    return {};
  };
  Status begun = Guarded(begin);
  if (!begun.has_value()) {
    return Explain(std::move(begun).error());
  }
  return {};
}

Result<std::optional<RowBatch>> ParquetSource::NextWhole() {
  if (decoded_ == nullptr) {
    ASSIGN_OR_RETURN(decoded_, ToResult(batches_->Next()));
    if (decoded_ == nullptr) {
      return std::optional<RowBatch>();
    }
  }
  RowBatch next{next_row_, decoded_};
  if (decoded_->num_rows() > batch_rows_) {
    next.rows = decoded_->Slice(0, batch_rows_);
    decoded_ = decoded_->Slice(batch_rows_);
  } else {
    decoded_.reset();
  }
  next_row_ += next.rows->num_rows();
  return std::optional(std::move(next));
}

Result<std::optional<RowBatch>> ParquetSource::Next() {
  auto batch = Guarded([&] { return selected_ ? selected_->Next(batch_rows_) : NextWhole(); });
  if (!batch.has_value()) {
    return Explain(std::move(batch).error());
  }
  return batch;
}

}  // namespace firn::columnar
