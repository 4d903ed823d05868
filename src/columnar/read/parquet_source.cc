#include "columnar/read/parquet_source.h"

#include <algorithm>
#include <utility>

#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/properties.h>

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

parquet::ArrowReaderProperties PropertiesOf(const ReadOptions& options) {
  parquet::ArrowReaderProperties properties(options.threads == DecodeThreads::kArrowPool);
  properties.set_batch_size(options.batch_rows);
  // ObjectFile has fetched what is read.
  properties.set_pre_buffer(false);
  properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
  return properties;
}

ByteRange RangeOf(const parquet::ColumnChunkMetaData& chunk) {
  int64_t begin = chunk.data_page_offset();
  if (chunk.has_dictionary_page() && chunk.dictionary_page_offset() > 0) {
    begin = std::min(begin, chunk.dictionary_page_offset());
  }
  return {begin, chunk.total_compressed_size()};
}

}  // namespace

Error ParquetSource::Explain(Error error) const {
  const auto& context = error.context();
  bool named = std::any_of(context.begin(), context.end(),
                           [](const auto& pair) { return pair.first == "path"; });
  return named ? error : std::move(error).With("path", file_->location());
}

Result<std::unique_ptr<ParquetSource>> ParquetSource::Open(const ReadContext& context,
                                                           const FileToRead& file) {
  std::unique_ptr<ParquetSource> source(new ParquetSource());
  ASSIGN_OR_RETURN(source->file_, ObjectFile::Open(context.store, context.pool, file.path,
                                                   file.size_bytes, context.options.fetch));
  auto open = [&]() -> Status {
    auto parquet =
        parquet::ParquetFileReader::Open(source->file_, parquet::ReaderProperties(context.memory));
    source->metadata_ = parquet->metadata();
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

Status ParquetSource::BeginRowGroup(int row_group, const std::vector<int>& leaves) {
  auto begin = [&]() -> Status {
    auto group = metadata_->RowGroup(row_group);
    std::vector<ByteRange> ranges;
    for (int leaf : leaves) {
      ByteRange range = RangeOf(*group->ColumnChunk(leaf));
      int64_t size = file_->GetSize().ValueOrDie();
      if (range.offset < 0 || range.length < 0 || range.offset > size ||
          range.length > size - range.offset) {
        return Error(ErrorCode::kInvalidMetadata, "Parquet: a column lies outside of its file");
      }
      ranges.push_back(range);
    }
    RETURN_IF_ERROR(file_->Prefetch(std::move(ranges)));
    ASSIGN_OR_RETURN(batches_, ToResult(reader_->GetRecordBatchReader({row_group}, leaves)));
    return {};
  };
  Status begun = Guarded(begin);
  if (!begun.has_value()) {
    return Explain(std::move(begun).error());
  }
  return {};
}

Result<std::shared_ptr<arrow::RecordBatch>> ParquetSource::Next() {
  auto next = [&]() -> Result<std::shared_ptr<arrow::RecordBatch>> {
    return ToResult(batches_->Next());
  };
  auto batch = Guarded(next);
  if (!batch.has_value()) {
    return Explain(std::move(batch).error());
  }
  return batch;
}

}  // namespace firn::columnar
