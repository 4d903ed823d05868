// firn scan: the rows of a table that a filter keeps, in the form that is wanted.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/data/commands.h"
#include "cli/data/figures.h"
#include "cli/data/progress.h"
#include "cli/data/row_output.h"
#include "cli/data/selection.h"
#include "cli/data/table_command.h"
#include "cli/data/task_flags.h"
#include "columnar/schema/outside_rows.h"
#include "table/scan/table_scan.h"

namespace firn::cli {
namespace {

struct ScanFlags {
  Selection selection;
  std::vector<std::string> columns;
  std::optional<int64_t> limit;
  std::string format;
  std::string file;
  /// `2/13`; nullopt: the whole scan.
  std::optional<std::string> task;
  table::TaskSizeOptions sizes;
};

/// By flag, by --json, by the file's name, or else a table.
Result<RowFormat> FormatOf(const ScanFlags& flags, const TableArguments& arguments) {
  if (!flags.format.empty() && arguments.json) {
    return Error(ErrorCode::kInvalidArgument, "--json and --format are two ways to say it");
  }
  if (arguments.json) {
    return RowFormat::kJsonLines;
  }
  return RowFormatOf(flags.format, flags.file);
}

/// Names without the blanks that people put behind commas.
std::vector<std::string> Trimmed(std::vector<std::string> names) {
  for (std::string& name : names) {
    name.erase(0, name.find_first_not_of(' '));
    name.erase(name.find_last_not_of(' ') + 1);
  }
  return names;
}

/// nullopt: the whole scan.
Result<std::optional<table::TaskChoice>> TaskOf(const iceberg::TableMetadata& table,
                                                const ScanFlags& flags) {
  if (!flags.task) {
    return std::optional<table::TaskChoice>();
  }
  if (!flags.selection.snapshot) {
    return Error(ErrorCode::kInvalidArgument,
                 "--task is of one snapshot, that of `firn plan --tasks`: add --snapshot ID");
  }
  ASSIGN_OR_RETURN(TaskNumber task, ReadTaskNumber(*flags.task));
  ASSIGN_OR_RETURN(table::TaskSizes sizes, table::ReadTaskSizes(table, flags.sizes));
  return table::TaskChoice{.sizes = sizes, .number = task.number, .count = task.count};
}

Status Scan(OpenTable& open, const TableArguments& arguments, const ScanFlags& flags) {
  ASSIGN_OR_RETURN(RowFormat format, FormatOf(flags, arguments));
  if (flags.limit && *flags.limit < 0) {
    return Error(ErrorCode::kInvalidArgument, "--limit is negative");
  }
  table::TableScanRequest request{.columns = Trimmed(flags.columns), .limit = flags.limit};
  ASSIGN_OR_RETURN(request.plan, RequestOf(flags.selection));
  ASSIGN_OR_RETURN(request.task, TaskOf(open.metadata(), flags));
  if (request.task) {
    RETURN_IF_ERROR(PinState(open.metadata(), request.plan));
  }
  ASSIGN_OR_RETURN(auto scan, table::TableScan::Open(open.scan_context(), open.table(), request));
  const columnar::OutsideRows outside(scan->plan().schema(), *scan->schema(),
                                      columnar::FieldIds::kKept);
  ASSIGN_OR_RETURN(auto output, OpenRowOutput(format, flags.file, outside.schema()));
  Progress progress(flags.file.empty());
  int64_t rows = 0;
  while (true) {
    ASSIGN_OR_RETURN(auto batch, scan->Next());
    if (batch == nullptr) {
      break;
    }
    RETURN_IF_ERROR(output->Write(*outside.Of(batch)));
    rows += batch->num_rows();
    if (progress.shown()) {
      table::ScanCounts counts = scan->counts();
      progress.Tell(counts.direct_files + counts.merged_files, counts.plan.result_data_files,
                    fmt::format("{} of {}", Counted(rows, "row"),
                                Counted(counts.plan.result_data_files, "file")));
    }
  }
  return output->Finish();
}

void AddFlags(CLI::App& app, ScanFlags& flags) {
  AddSelectionFlags(app, flags.selection);
  app.add_option("--columns", flags.columns,
                 "Columns, separated by commas; all if not given. _file, _pos, _row_id and the "
                 "like too")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--limit", flags.limit, "Rows at most");
  app.add_option(
      "--format", flags.format,
      "table, csv, jsonl, parquet or arrow; if not given by the file's name, else table");
  app.add_option("-o,--output", flags.file,
                 "A file, which appears when it is complete; else standard output");
  auto* task =
      app.add_option("--task", flags.task,
                     "Only the rows of one of the tasks that firn plan --tasks prints, 0/13 to "
                     "12/13; with the --snapshot, filter and sizes that were planned")
          ->type_name("K/N");
  std::vector<CLI::Option*> sizes = AddPackingFlags(app, flags.sizes);
  sizes.push_back(app.add_option("--task-size", flags.sizes.target_bytes,
                                 "As of firn plan --tasks; read.split.target-size if not given")
                      ->transform(CLI::AsSizeValue(false)));
  for (CLI::Option* option : sizes) {
    option->needs(task);
  }
}

}  // namespace

void AddScan(CLI::App& app, Chosen& chosen) {
  AddTableCommandWith<ScanFlags>(app, chosen, {"scan", "Print the rows of a table"}, Scan,
                                 AddFlags);
}

}  // namespace firn::cli
