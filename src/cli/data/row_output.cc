#include "cli/data/row_output.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include <arrow/io/interfaces.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/byte_size.h>
#include <fmt/format.h>
#include <parquet/arrow/writer.h>
#include <unistd.h>

#include "cli/data/arrow_text.h"
#include "cli/data/output_file.h"
#include "cli/data/text_table.h"
#include "columnar/io/arrow_status.h"

namespace firn::cli {
namespace {

using columnar::Guarded;
using columnar::ToResult;
using columnar::ToStatus;

constexpr size_t kPieceBytes = size_t{1} << 16;
constexpr size_t kPieceRows = 1000;
constexpr int64_t kRowGroupRows = 1 << 20;

/// Text to standard output or a file.
class TextSink {
 public:
  static Result<std::unique_ptr<TextSink>> Open(const std::string& path) {
    auto sink = std::make_unique<TextSink>();
    if (!path.empty()) {
      ASSIGN_OR_RETURN(sink->file_, OutputFile::Open(path));
      sink->stream_ = ::fdopen(sink->file_->descriptor(), "wb");
    }
    return sink;
  }
  ~TextSink() {
    if (stream_ != stdout && stream_ != nullptr) {
      std::fclose(stream_);
    }
  }

  Status Put(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stream_) != text.size()) {
      return FileError("Cannot write", Name());
    }
    return {};
  }
  Status Finish() {
    if (std::fflush(stream_) != 0) {
      return FileError("Cannot write", Name());
    }
    if (file_ == nullptr) {
      return {};
    }
    if (std::fclose(std::exchange(stream_, nullptr)) != 0) {
      return FileError("Cannot write", Name());
    }
    return file_->Finish();
  }

 private:
  std::string Name() const { return file_ == nullptr ? "standard output" : file_->path(); }

  FILE* stream_ = stdout;
  std::unique_ptr<OutputFile> file_;
};

/// Rows as text, gathered into pieces.
class TextOutput : public RowOutput {
 public:
  TextOutput(std::unique_ptr<TextSink> sink, std::shared_ptr<arrow::Schema> schema)
      : schema_(std::move(schema)), sink_(std::move(sink)) {}

  Status Write(const arrow::RecordBatch& batch) override {
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      AppendRow(batch, row);
      if (IsFull()) {
        RETURN_IF_ERROR(Flush());
      }
    }
    return {};
  }
  Status Finish() override {
    RETURN_IF_ERROR(Flush());
    return sink_->Finish();
  }

 protected:
  virtual void AppendRow(const arrow::RecordBatch& batch, int64_t row) = 0;
  virtual bool IsFull() const { return text_.size() >= kPieceBytes; }
  /// What is gathered.
  virtual std::string Take() { return std::exchange(text_, {}); }

  const std::shared_ptr<arrow::Schema> schema_;
  std::string text_;

 private:
  Status Flush() { return sink_->Put(Take()); }

  std::unique_ptr<TextSink> sink_;
};

constexpr std::string_view kNull = "NULL";

/// A null is the word alone, a text of that word stands in double quotes, and so on.
std::string TableCell(const arrow::Array& column, int64_t row) {
  if (column.IsNull(row)) {
    return std::string(kNull);
  }
  std::string text = PlainText(column, row);
  std::string_view inner = text;
  while (inner.size() > kNull.size() && inner.starts_with('"') && inner.ends_with('"')) {
    inner = inner.substr(1, inner.size() - 2);
  }
  return inner == kNull ? fmt::format("\"{}\"", text) : text;
}

class TableOutput final : public TextOutput {
 public:
  TableOutput(std::unique_ptr<TextSink> sink, std::shared_ptr<arrow::Schema> schema)
      : TextOutput(std::move(sink), std::move(schema)), table_(Columns()) {}

 private:
  std::vector<TextTable::Column> Columns() const {
    std::vector<TextTable::Column> columns;
    for (const auto& field : schema_->fields()) {
      columns.push_back({field->name(), IsNumber(*field->type()) ? Align::kRight : Align::kLeft});
    }
    return columns;
  }
  void AppendRow(const arrow::RecordBatch& batch, int64_t row) override {
    std::vector<std::string> cells;
    for (const auto& column : batch.columns()) {
      cells.push_back(TableCell(*column, row));
    }
    table_.Add(std::move(cells));
  }
  bool IsFull() const override { return table_.size() >= kPieceRows; }
  std::string Take() override { return table_.TakeText(); }

  TextTable table_;
};

/// A null is an empty cell, an empty text `""`; of one column alone both are `""`, for readers pass
/// over empty lines.
class CsvOutput final : public TextOutput {
 public:
  CsvOutput(std::unique_ptr<TextSink> sink, std::shared_ptr<arrow::Schema> schema)
      : TextOutput(std::move(sink), std::move(schema)) {
    for (const auto& field : schema_->fields()) {
      AppendCell(field->name());
    }
    EndRow();
  }

 private:
  void AppendRow(const arrow::RecordBatch& batch, int64_t row) override {
    for (const auto& column : batch.columns()) {
      if (column->IsNull(row) && batch.num_columns() > 1) {
        Separate();
      } else {
        AppendCell(PlainText(*column, row));
      }
    }
    EndRow();
  }
  void Separate() {
    text_ += first_ ? "" : ",";
    first_ = false;
  }
  void AppendCell(const std::string& text) {
    Separate();
    if (!text.empty() && text.find_first_of("\",\r\n") == std::string::npos) {
      text_ += text;
      return;
    }
    text_ += '"';
    for (char c : text) {
      text_.append(c == '"' ? 2 : 1, c);
    }
    text_ += '"';
  }
  void EndRow() {
    text_ += "\r\n";
    first_ = true;
  }

  bool first_ = true;
};

class JsonLinesOutput final : public TextOutput {
 public:
  using TextOutput::TextOutput;

 private:
  void AppendRow(const arrow::RecordBatch& batch, int64_t row) override {
    JsonWriter out(text_);
    out.BeginObject();
    for (int i = 0; i < batch.num_columns(); ++i) {
      out.Key(schema_->field(i)->name());
      AppendJsonValue(*batch.column(i), row, out);
    }
    out.EndObject();
    text_ += '\n';
  }
};

/// A descriptor as Arrow writes to it, a pipe too: Arrow's own asks where it is.
class DescriptorStream final : public arrow::io::OutputStream {
 public:
  explicit DescriptorStream(int descriptor) : descriptor_(descriptor) {}
  ~DescriptorStream() override { static_cast<void>(Close()); }

  arrow::Status Write(const void* data, int64_t bytes) override {
    const char* at = static_cast<const char*>(data);
    const char* end = at + bytes;
    while (at < end) {
      ssize_t written = ::write(descriptor_, at, static_cast<size_t>(end - at));
      if (written < 0 && errno != EINTR) {
        return arrow::Status::IOError("Cannot write: ", std::strerror(errno));
      }
      at += std::max<ssize_t>(written, 0);
    }
    written_ += bytes;
    return arrow::Status::OK();
  }
  arrow::Status Close() override {
    int descriptor = std::exchange(descriptor_, -1);
    if (descriptor >= 0 && ::close(descriptor) != 0) {
      return arrow::Status::IOError("Cannot write: ", std::strerror(errno));
    }
    return arrow::Status::OK();
  }
  bool closed() const override { return descriptor_ < 0; }
  arrow::Result<int64_t> Tell() const override { return written_; }

 private:
  int descriptor_;
  int64_t written_ = 0;
};

/// Arrow's formats.
class ArrowOutput final : public RowOutput {
 public:
  static Result<std::unique_ptr<RowOutput>> Open(RowFormat format,
                                                 const std::string& file,
                                                 const std::shared_ptr<arrow::Schema>& schema,
                                                 int64_t row_group_bytes) {
    auto output = std::make_unique<ArrowOutput>();
    output->row_group_bytes_ = row_group_bytes;
    int descriptor = -1;
    if (file.empty()) {
      descriptor = ::dup(STDOUT_FILENO);
    } else {
      ASSIGN_OR_RETURN(output->file_, OutputFile::Open(file));
      descriptor = output->file_->descriptor();
    }
    output->stream_ = std::make_shared<DescriptorStream>(descriptor);
    if (format == RowFormat::kParquet) {
      ASSIGN_OR_RETURN(output->parquet_,
                       ToResult(parquet::arrow::FileWriter::Open(
                           *schema, arrow::default_memory_pool(), output->stream_, Properties())));
      if (schema->HasMetadata()) {
        RETURN_IF_ERROR(ToStatus(output->parquet_->AddKeyValueMetadata(schema->metadata()),
                                 ErrorCode::kInternal));
      }
    } else {
      ASSIGN_OR_RETURN(output->ipc_,
                       ToResult(arrow::ipc::MakeStreamWriter(output->stream_, schema)));
    }
    return output;
  }

  Status Write(const arrow::RecordBatch& batch) override {
    return Guarded([&]() -> Status {
      if (parquet_ == nullptr) {
        return ToStatus(ipc_->WriteRecordBatch(batch), ErrorCode::kIoError);
      }
      ASSIGN_OR_RETURN(int64_t bytes,
                       ToResult(arrow::util::ReferencedBufferSize(batch), ErrorCode::kInternal));
      if (group_bytes_ > 0 && group_bytes_ + bytes > row_group_bytes_) {
        RETURN_IF_ERROR(ToStatus(parquet_->NewBufferedRowGroup(), ErrorCode::kIoError));
        group_bytes_ = 0;
      }
      group_bytes_ += bytes;
      return ToStatus(parquet_->WriteRecordBatch(batch), ErrorCode::kIoError);
    });
  }
  Status Finish() override {
    RETURN_IF_ERROR(Guarded([&]() -> Status {
      return ToStatus(parquet_ != nullptr ? parquet_->Close() : ipc_->Close(), ErrorCode::kIoError);
    }));
    RETURN_IF_ERROR(ToStatus(stream_->Close(), ErrorCode::kIoError));
    return file_ == nullptr ? Status() : file_->Finish();
  }

 private:
  static std::shared_ptr<parquet::WriterProperties> Properties() {
    return parquet::WriterProperties::Builder()
        .compression(parquet::Compression::ZSTD)
        ->max_row_group_length(kRowGroupRows)
        ->build();
  }

  std::unique_ptr<OutputFile> file_;
  std::shared_ptr<arrow::io::OutputStream> stream_;
  std::unique_ptr<parquet::arrow::FileWriter> parquet_;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> ipc_;
  int64_t row_group_bytes_ = 0;
  /// Of the row group that is being written.
  int64_t group_bytes_ = 0;
};

}  // namespace

Result<RowFormat> RowFormatOf(const std::string& format, const std::string& file) {
  if (!format.empty()) {
    return ReadRowFormat(format);
  }
  const std::string name = file.substr(file.rfind('/') + 1);
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos) {
    return RowFormat::kTable;
  }
  std::string suffix = name.substr(dot + 1);
  std::ranges::transform(suffix, suffix.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return ReadRowFormat(suffix);
}

Result<RowFormat> ReadRowFormat(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, RowFormat>, 8> kNames = {
      {{"table", RowFormat::kTable},
       {"csv", RowFormat::kCsv},
       {"jsonl", RowFormat::kJsonLines},
       {"json", RowFormat::kJsonLines},
       {"ndjson", RowFormat::kJsonLines},
       {"txt", RowFormat::kTable},
       {"parquet", RowFormat::kParquet},
       {"arrow", RowFormat::kArrow}}};
  for (const auto& [known, format] : kNames) {
    if (known == name) {
      return format;
    }
  }
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("No format {}: table, csv, jsonl, parquet or arrow", name));
}

Result<std::unique_ptr<RowOutput>> OpenRowOutput(RowFormat format,
                                                 const std::string& file,
                                                 const std::shared_ptr<arrow::Schema>& schema,
                                                 int64_t row_group_bytes) {
  bool binary = format == RowFormat::kParquet || format == RowFormat::kArrow;
  if (binary && file.empty() && ::isatty(STDOUT_FILENO) == 1) {
    return Error(ErrorCode::kInvalidArgument,
                 "That format is not for a terminal: name a file by -o, or pipe it");
  }
  if (binary) {
    return ArrowOutput::Open(format, file, schema, row_group_bytes);
  }
  ASSIGN_OR_RETURN(auto sink, TextSink::Open(file));
  switch (format) {
    case RowFormat::kCsv:
      return std::make_unique<CsvOutput>(std::move(sink), schema);
    case RowFormat::kJsonLines:
      return std::make_unique<JsonLinesOutput>(std::move(sink), schema);
    default:
      return std::make_unique<TableOutput>(std::move(sink), schema);
  }
}

}  // namespace firn::cli
