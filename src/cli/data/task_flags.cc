#include "cli/data/task_flags.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <variant>

#include <fmt/format.h>

#include "table/plan/snapshot_selection.h"

namespace firn::cli {
namespace {

std::optional<int64_t> ReadNumber(std::string_view text) {
  int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

}  // namespace

std::vector<CLI::Option*> AddPackingFlags(CLI::App& app, table::TaskSizeOptions& sizes) {
  return {app.add_option("--task-lookback", sizes.lookback,
                         "Tasks packed at a time; read.split.planning-lookback if not given"),
          app.add_option("--task-open-cost", sizes.open_file_bytes,
                         "Bytes that a file counts as at least; read.split.open-file-cost if not "
                         "given")
              ->transform(CLI::AsSizeValue(false))};
}

Status PinState(const iceberg::TableMetadata& table, table::ScanRequest& request) {
  auto* appends = std::get_if<table::AppendScan>(&request.scan);
  table::SnapshotSelector selector{table::CurrentSnapshot{}};
  if (appends == nullptr) {
    selector = std::get<table::SnapshotScan>(request.scan).snapshot;
  } else if (appends->to) {
    selector = *appends->to;
  }
  ASSIGN_OR_RETURN(const iceberg::Snapshot* snapshot, table::SelectSnapshot(table, selector));
  if (snapshot == nullptr) {
    return {};
  }
  request.schema_id = table::SelectSchema(table, snapshot->id, snapshot).id();
  if (appends != nullptr) {
    appends->to = snapshot->id;
  } else {
    request.scan = table::SnapshotScan{snapshot->id};
  }
  return {};
}

Result<int64_t> ReadSize(const std::string& text) {
  std::string bytes = text;
  try {
    CLI::AsSizeValue(false)(bytes);
  } catch (const CLI::ValidationError&) {
    bytes.clear();
  }
  const auto number = ReadNumber(bytes);
  if (!number) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Not a size: {}; write 64MiB, or a number of bytes", text));
  }
  return *number;
}

Result<TaskNumber> ReadTaskNumber(std::string_view text) {
  const size_t slash = std::min(text.find('/'), text.size());
  const auto number = ReadNumber(text.substr(0, slash));
  const auto count = ReadNumber(text.substr(std::min(slash + 1, text.size())));
  if (!number || !count) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Not a task: {}; write 0/13 for the first of 13", text));
  }
  return TaskNumber{.number = *number, .count = *count};
}

}  // namespace firn::cli
