// firn append: the rows of a Parquet file become rows of a table, in one commit.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <arrow/io/file.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>

#include "base/json_writer.h"
#include "cli/command/remote_command.h"
#include "cli/data/commands.h"
#include "cli/data/figures.h"
#include "cli/data/progress.h"
#include "cli/data/table_command.h"
#include "columnar/io/arrow_status.h"
#include "columnar/schema/arrow_import.h"
#include "table/write/table_writer.h"

namespace firn::cli {
namespace {

using columnar::Guarded;
using columnar::ToResult;
using columnar::ToStatus;

constexpr int64_t kBatchRows = 64 << 10;

struct AppendFlags {
  std::string file;
  std::string branch;
  bool create = false;
  bool replace_partitions = false;
  std::vector<std::string> settings;
};

/// A Parquet file of the caller's, batch by batch.
class ParquetRows {
 public:
  static Result<std::unique_ptr<ParquetRows>> Open(const std::string& path) {
    return Guarded([&]() -> Result<std::unique_ptr<ParquetRows>> {
      auto rows = std::unique_ptr<ParquetRows>(new ParquetRows);
      auto file = arrow::io::ReadableFile::Open(path);
      if (!file.ok()) {
        return Error(ErrorCode::kNotFound,
                     fmt::format("Cannot open {}: {}", path, file.status().message()));
      }
      parquet::arrow::FileReaderBuilder builder;
      RETURN_IF_ERROR(ToStatus(builder.Open(*file), ErrorCode::kInvalidArgument));
      ASSIGN_OR_RETURN(rows->file_, ToResult(builder.Build(), ErrorCode::kInvalidArgument));
      rows->file_->set_batch_size(kBatchRows);
      ASSIGN_OR_RETURN(rows->batches_,
                       ToResult(rows->file_->GetRecordBatchReader(), ErrorCode::kInvalidArgument));
      return rows;
    });
  }

  std::shared_ptr<arrow::Schema> schema() const { return batches_->schema(); }
  int64_t rows() const { return file_->parquet_reader()->metadata()->num_rows(); }
  /// Null at the end.
  Result<std::shared_ptr<arrow::RecordBatch>> Next() {
    return Guarded([&]() -> Result<std::shared_ptr<arrow::RecordBatch>> {
      return ToResult(batches_->Next(), ErrorCode::kInvalidArgument);
    });
  }

 private:
  ParquetRows() = default;

  std::unique_ptr<parquet::arrow::FileReader> file_;
  std::shared_ptr<arrow::RecordBatchReader> batches_;
};

Status CreateWhereMissing(const TableArguments& arguments,
                          const AppendFlags& flags,
                          const arrow::Schema& schema) {
  ASSIGN_OR_RETURN(TableIdentifier identifier, ReadIdentifier(arguments.name));
  ASSIGN_OR_RETURN(auto catalog, OpenCatalogOf(arguments));
  ASSIGN_OR_RETURN(bool exists, catalog->TableExists(identifier));
  if (exists) {
    return {};
  }
  catalog::NewTable table;
  ASSIGN_OR_RETURN(auto properties, ReadSettings(flags.settings));
  table.properties = {properties.begin(), properties.end()};
  ASSIGN_OR_RETURN(table.schema,
                   columnar::SchemaOfArrow(schema, columnar::NanosecondColumns::kKept));
  RETURN_IF_ERROR(catalog->CreateTable(identifier, table));
  return {};
}

/// The snapshot that the branch has now.
std::optional<iceberg::SnapshotId> HeadOf(const table::Table& table, const std::string& branch) {
  const iceberg::SnapshotRef* ref =
      table.metadata->FindRef(branch.empty() ? std::string(iceberg::kMainBranch) : branch);
  return ref == nullptr ? std::nullopt : std::optional(ref->snapshot_id);
}

void PrintAppended(const TableArguments& arguments,
                   const AppendFlags& flags,
                   const table::Table& table,
                   int64_t rows) {
  if (!arguments.json) {
    const std::string counted = Counted(rows, "row");
    PrintLine(flags.replace_partitions
                  ? fmt::format("Replaced the partitions of {} in {}", counted, arguments.name)
                  : fmt::format("Appended {} to {}", counted, arguments.name));
    return;
  }
  const std::optional<iceberg::SnapshotId> head = HeadOf(table, flags.branch);
  std::string text;
  JsonWriter out(text);
  out.BeginObject().Field("rows", rows);
  if (head) {
    out.Field("snapshot-id", head->value());
  }
  out.Field("metadata-location", table.metadata_location).EndObject();
  fmt::print("{}\n", text);
}

Status Append(const TableArguments& arguments, const AppendFlags& flags) {
  ASSIGN_OR_RETURN(auto input, ParquetRows::Open(flags.file));
  ASSIGN_OR_RETURN(auto batch, input->Next());  // before a table is made for a file that is broken
  if (flags.create) {
    RETURN_IF_ERROR(CreateWhereMissing(arguments, flags, *input->schema()));
  }
  ASSIGN_OR_RETURN(auto open, OpenTable::Open(arguments));
  table::TableWriteOptions options;
  if (!flags.branch.empty()) {
    if (!flags.create && open->metadata().FindRef(flags.branch) == nullptr) {
      return Error(ErrorCode::kNotFound,
                   fmt::format("The table has no branch {}; --create makes it", flags.branch));
    }
    options.publish.target.branch = flags.branch;
  }
  ASSIGN_OR_RETURN(auto writer, table::TableWriter::Make(open->catalog(), open->table(),
                                                         *input->schema(), open->tools(), options));
  Progress progress(false);
  int64_t rows = 0;
  while (batch != nullptr) {
    RETURN_IF_ERROR(writer->Write(*batch));
    rows += batch->num_rows();
    progress.Tell(rows, input->rows(), Counted(rows, "row"));
    ASSIGN_OR_RETURN(batch, input->Next());
  }
  ASSIGN_OR_RETURN(table::Table table,
                   flags.replace_partitions ? writer->ReplacePartitions() : writer->Append());
  PrintAppended(arguments, flags, table, rows);
  return {};
}

}  // namespace

void AddAppend(CLI::App& app, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("append", "Append the rows of a Parquet file to a table");
  auto arguments = std::make_shared<TableArguments>();
  auto flags = std::make_shared<AppendFlags>();
  command->add_option("file", flags->file, "A Parquet file; columns go by their names")->required();
  AddTableFlags(*command, *arguments);
  command->add_option("--branch", flags->branch, "Of the table; main if not given");
  command->add_flag("--create", flags->create,
                    "Create the table, or the branch, where there is none");
  command->add_flag("--replace-partitions", flags->replace_partitions,
                    "Take the place of the partitions that the rows are in");
  command->add_option("-p,--property", flags->settings, "KEY=VALUE of a table created, repeatable")
      ->allow_extra_args(false)
      ->needs("--create");
  command->callback([arguments, flags, &chosen] {
    chosen.action = [arguments, flags] { return Append(*arguments, *flags); };
  });
}

}  // namespace firn::cli
