// firn table diff: columns and files that came and went between two states of a table. Manifests
// that both have are not read.
#include <charconv>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "cli/command/remote_command.h"
#include "cli/data/figures.h"
#include "cli/data/inspection.h"
#include "iceberg/schema/type_text.h"
#include "table/plan/snapshot_selection.h"

namespace firn::cli {
namespace {

using iceberg::FileContent;
using iceberg::ManifestFile;
using iceberg::Snapshot;

struct File {
  FileContent content = FileContent::kData;
  int64_t rows = 0;
  int64_t bytes = 0;
};
/// By path; a deletion vector by its place in its file too.
using Files = std::map<std::string, File>;

struct Difference {
  std::vector<std::string> columns;
  Files added;
  Files removed;
};

Result<const Snapshot*> SnapshotOf(const iceberg::TableMetadata& table, const std::string& text) {
  if (table.FindRef(text) != nullptr) {
    return table::SelectSnapshot(table, table::RefName{text});
  }
  int64_t id = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), id);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return Error(ErrorCode::kNotFound, "No branch, tag or snapshot: " + text);
  }
  return table::SelectSnapshot(table, iceberg::SnapshotId(id));
}

Result<table::ManifestListPtr> ListOf(OpenTable& open, const Snapshot& snapshot) {
  if (snapshot.manifest_list.empty()) {
    return Error(ErrorCode::kUnsupported,
                 fmt::format("Snapshot {} has no manifest list", snapshot.id.value()));
  }
  return open.manifests().List(*open.table().files, snapshot.manifest_list);
}

std::set<std::string_view> PathsOf(const table::ManifestList& list) {
  std::set<std::string_view> paths;
  for (const ManifestFile& manifest : list) {
    paths.insert(manifest.path);
  }
  return paths;
}

/// The live files of the manifests of `list` that `other` has not.
Result<Files> OwnFiles(OpenTable& open,
                       const table::ManifestList& list,
                       const table::ManifestList& other) {
  const std::set<std::string_view> shared = PathsOf(other);
  Files files;
  for (const ManifestFile& manifest : list) {
    if (shared.contains(manifest.path)) {
      continue;
    }
    ASSIGN_OR_RETURN(auto columns, open.manifests().Manifest(*open.table().files, manifest,
                                                             iceberg::MetricsProjection::None()));
    for (size_t row = 0; row < columns->size(); ++row) {
      if (!columns->is_live(row)) {
        continue;
      }
      std::string key(columns->paths[row]);
      if (auto offset = iceberg::ValueAt(columns->content_offsets, row)) {
        key += fmt::format(" at {}", *offset);
      }
      files[key] = {columns->contents[row], columns->record_counts[row],
                    columns->file_sizes_bytes[row]};
    }
  }
  return files;
}

/// Those of `files` that are not in `other`.
Files Without(const Files& files, const Files& other) {
  Files left;
  for (const auto& [path, file] : files) {
    if (!other.contains(path)) {
      left.emplace(path, file);
    }
  }
  return left;
}

/// Names and types of the outermost columns by field id; by the table's schema where the snapshot's
/// is not known.
std::map<iceberg::FieldId, std::pair<std::string, std::string>> ColumnsOf(
    const iceberg::TableMetadata& table, const Snapshot& snapshot) {
  std::map<iceberg::FieldId, std::pair<std::string, std::string>> columns;
  const iceberg::Schema* schema =
      snapshot.schema_id ? table.FindSchema(*snapshot.schema_id) : nullptr;
  if (schema == nullptr) {
    schema = &table.current_schema();
  }
  for (const iceberg::NestedField& field : schema->fields()) {
    columns[field.id] = {field.name, iceberg::ToString(*field.type)};
  }
  return columns;
}

std::vector<std::string> ColumnChanges(const iceberg::TableMetadata& table,
                                       const Snapshot& from,
                                       const Snapshot& to) {
  auto before = ColumnsOf(table, from);
  auto after = ColumnsOf(table, to);
  std::vector<std::string> changes;
  for (const auto& [id, column] : after) {
    auto old = before.find(id);
    if (old == before.end()) {
      changes.push_back(fmt::format("+ column {} {}", column.first, column.second));
    } else if (old->second != column) {
      changes.push_back(fmt::format("~ column {} {} -> {} {}", old->second.first,
                                    old->second.second, column.first, column.second));
    }
  }
  for (const auto& [id, column] : before) {
    if (!after.contains(id)) {
      changes.push_back(fmt::format("- column {} {}", column.first, column.second));
    }
  }
  return changes;
}

int64_t RowsOf(const Files& files) {
  int64_t rows = 0;
  for (const auto& [path, file] : files) {
    rows += file.content == FileContent::kData ? file.rows : 0;
  }
  return rows;
}

void PrintFiles(std::string_view mark, const Files& files) {
  for (const auto& [path, file] : files) {
    bool data = file.content == FileContent::kData;
    PrintLine(fmt::format("{} {} {}  {}, {}", mark, data ? "data" : "deletes", path,
                          Counted(file.rows, "row"), Bytes(file.bytes)));
  }
}

void AppendFiles(std::string_view key, const Files& files, JsonWriter& out) {
  out.Key(key).BeginArray();
  for (const auto& [path, file] : files) {
    out.BeginObject()
        .Field("path", path)
        .Field("content", file.content == FileContent::kData ? "data" : "deletes")
        .Field("rows", file.rows)
        .Field("bytes", file.bytes)
        .EndObject();
  }
  out.EndArray();
}

void PrintJson(const Difference& difference, const Snapshot& from, const Snapshot& to) {
  std::string text;
  JsonWriter out(text);
  out.BeginObject().Field("from", from.id.value()).Field("to", to.id.value());
  out.Key("columns").BeginArray();
  for (const std::string& change : difference.columns) {
    out.String(change);
  }
  out.EndArray();
  AppendFiles("added", difference.added, out);
  AppendFiles("removed", difference.removed, out);
  out.EndObject();
  fmt::print("{}\n", text);
}

void PrintText(const Difference& difference, const Snapshot& from, const Snapshot& to) {
  PrintLine(fmt::format("from snapshot {} of {}", from.id.value(), Time(from.timestamp)));
  PrintLine(fmt::format("to   snapshot {} of {}", to.id.value(), Time(to.timestamp)));
  for (const std::string& change : difference.columns) {
    PrintLine(change);
  }
  PrintFiles("+", difference.added);
  PrintFiles("-", difference.removed);
  PrintLine(fmt::format("{} added with {}, {} removed with {}",
                        Counted(static_cast<int64_t>(difference.added.size()), "file"),
                        Counted(RowsOf(difference.added), "row"),
                        Counted(static_cast<int64_t>(difference.removed.size()), "file"),
                        Counted(RowsOf(difference.removed), "row")));
}

}  // namespace

Status PrintDiff(OpenTable& open, const TableArguments& arguments, const DiffArguments& diff) {
  const iceberg::TableMetadata& table = open.metadata();
  ASSIGN_OR_RETURN(const Snapshot* from, SnapshotOf(table, diff.from));
  ASSIGN_OR_RETURN(const Snapshot* to, SnapshotOf(table, diff.to));
  ASSIGN_OR_RETURN(auto before, ListOf(open, *from));
  ASSIGN_OR_RETURN(auto after, ListOf(open, *to));
  ASSIGN_OR_RETURN(Files old_files, OwnFiles(open, *before, *after));
  ASSIGN_OR_RETURN(Files new_files, OwnFiles(open, *after, *before));
  Difference difference{.columns = ColumnChanges(table, *from, *to),
                        .added = Without(new_files, old_files),
                        .removed = Without(old_files, new_files)};
  if (arguments.json) {
    PrintJson(difference, *from, *to);
  } else {
    PrintText(difference, *from, *to);
  }
  return {};
}

}  // namespace firn::cli
