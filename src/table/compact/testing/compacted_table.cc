#include "table/compact/testing/compacted_table.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <arrow/array.h>
#include <arrow/scalar.h>

#include "columnar/schema/arrow_type.h"
#include "columnar/testing/batches.h"
#include "columnar/write/delete_writers.h"
#include "table/commit/operations.h"
#include "table/maintain/manifest_walk.h"
#include "table/maintain/named_files.h"
#include "table/write/writer_input.h"

namespace firn::table::testing {
namespace {

template <class T>
T OrDie(Result<T> result) {
  if (!result.has_value()) {
    std::fprintf(stderr, "a test's own step failed: %s\n", result.error().Describe().c_str());
    std::abort();
  }
  if constexpr (!std::is_void_v<T>) {
    return *std::move(result);
  }
}

std::string TextAt(const arrow::Array& array, int64_t row) {
  if (array.IsNull(row)) {
    return "null";
  }
  return array.GetScalar(row).ValueOrDie()->ToString();
}

iceberg::StructValue PartitionOf(iceberg::FieldId field, int32_t part) {
  return {{{field, iceberg::Literal(part)}}};
}

ManifestsByPath ByPath(std::vector<iceberg::ManifestFile> manifests) {
  ManifestsByPath by_path;
  for (iceberg::ManifestFile& manifest : manifests) {
    std::string path = manifest.path;
    by_path.emplace(std::move(path), std::move(manifest));
  }
  return by_path;
}

}  // namespace

CompactedTable::CompactedTable(iceberg::FormatVersion version)
    : WrittenTable(version), faulty(std::make_shared<storage::testing::FaultyObjectStore>(*files)) {
  table.files = faulty;
}

Result<CompactionReport> CompactedTable::TryCompact(const CompactionOptions& options) {
  const MaintenanceContext maintenance = Maintenance();
  Result<CompactionReport> report = Compact({maintenance, context}, table, options);
  Reload();
  return report;
}

CompactionReport CompactedTable::MustCompact(CompactionOptions options) {
  options.mode = RunMode::kRun;
  return OrDie(TryCompact(options));
}

Table CompactedTable::Newest() {
  Table newest = OrDie(catalog.Load(table.identifier));
  newest.files = faulty;
  return newest;
}

void CompactedTable::Reload() { table = Newest(); }

std::vector<std::string> CompactedTable::Rows() {
  TableScanRequest request;
  request.columns = {"id", "part", "name"};
  if (table.metadata->format_version >= 3) {
    request.columns.insert(request.columns.end(), {"_row_id", "_last_updated_sequence_number"});
  }
  auto scan = OrDie(Open(request));
  std::vector<std::string> rows;
  while (auto batch = OrDie(scan->Next())) {
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      std::string text;
      for (const auto& column : batch->columns()) {
        text += TextAt(*column, row) + "|";
      }
      rows.push_back(std::move(text));
    }
  }
  std::ranges::sort(rows);
  return rows;
}

std::vector<int64_t> CompactedTable::IdsInOrder() { return OrDie(Ids()); }

void CompactedTable::Delete(std::string_view filter) {
  RowDeletionRequest request;
  request.filter = OrDie(iceberg::ParseExpressionText(filter));
  if (table.metadata->format_version > 1) {
    request.mode = RowDeletionMode::kMergeOnRead;
  }
  table = OrDie(DeleteRows(Changes(), table, request)).table;
}

void CompactedTable::DeleteEqual(const std::vector<int64_t>& ids,
                                 int32_t part,
                                 iceberg::FieldId field) {
  const std::vector<iceberg::FieldId> keys{iceberg::FieldId(1)};
  auto request = OrDie(MakeWriteRequest(table, {}));
  auto schema = OrDie(columnar::EqualityDeleteSchema(request.schema, keys));
  auto writer = OrDie(columnar::MakeEqualityDeleteWriter(
      request.target, request.schema, request.properties, PartitionOf(field, part), keys));
  auto batch = arrow::RecordBatch::Make(columnar::ArrowSchemaOf(schema), std::ssize(ids),
                                        {columnar::testing::Longs(ids)});
  OrDie(writer->Write(*batch));
  RowChanges changes;
  for (iceberg::DataFile& file : OrDie(writer->Finish())) {
    changes.added.push_back({std::move(file), table.metadata->default_spec_id, std::nullopt});
  }
  Commit(RowDelta(std::move(changes), {.snapshot = table.metadata->current_snapshot_id,
                                       .isolation = IsolationLevel::kSnapshot}));
}

void CompactedTable::DeletePositions(const std::vector<int64_t>& ids, int32_t part) {
  columnar::PositionDeletes deletes;
  TableScanRequest scan_request;
  scan_request.plan.filter = OrDie(iceberg::ParseExpressionText("part = " + std::to_string(part)));
  scan_request.columns = {"id", "_file", "_pos"};
  auto scan = OrDie(Open(scan_request));
  while (auto batch = OrDie(scan->Next())) {
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      int64_t id = static_cast<const arrow::Int64Array&>(*batch->column(0)).Value(row);
      std::vector<int64_t>& positions = deletes[TextAt(*batch->column(1), row)];
      if (std::ranges::find(ids, id) != ids.end()) {
        positions.push_back(static_cast<const arrow::Int64Array&>(*batch->column(2)).Value(row));
      }
    }
  }
  std::erase_if(deletes, [](const auto& file) { return file.second.empty(); });
  auto request = OrDie(MakeWriteRequest(table, {}));
  RowChanges changes;
  for (iceberg::DataFile& file :
       OrDie(columnar::WritePositionDeletes(NewFileTarget(table), request.properties,
                                            PartitionOf(iceberg::FieldId(1000), part), deletes))) {
    file.referenced_data_file.reset();
    changes.added.push_back({std::move(file), table.metadata->default_spec_id, std::nullopt});
  }
  Commit(RowDelta(std::move(changes), {.snapshot = table.metadata->current_snapshot_id,
                                       .isolation = IsolationLevel::kSnapshot}));
}

void CompactedTable::MustUpdate(std::vector<iceberg::TableUpdate> updates) {
  OrDie(catalog.Commit(table, {.updates = std::move(updates), .requirements = {}}));
  Reload();
}

std::vector<CompactedTable::DataFileOf> CompactedTable::HeadFiles() {
  std::vector<DataFileOf> head;
  ManifestWalk walk(*files, tools);
  OrDie(walk.ForEach(
      ByPath(OrDie(walk.List(*table.metadata->current_snapshot()))), MissingFiles::kRefuse,
      [&](const iceberg::ManifestFile& manifest,
          const iceberg::ManifestColumns& columns) -> Status {
        for (size_t row = 0; row < columns.size(); ++row) {
          if (columns.is_live(row) && columns.contents[row] == iceberg::FileContent::kData) {
            head.push_back({std::string(columns.paths[row]), columns.record_counts[row],
                            columns.file_sizes_bytes[row], manifest.spec_id,
                            columns.sequence_numbers[row].value(),
                            iceberg::ValueAt(columns.sort_order_ids, row)});
          }
        }
        return {};
      }));
  return head;
}

int64_t CompactedTable::HeadDeletes() {
  int64_t deletes = 0;
  ManifestWalk walk(*files, tools);
  OrDie(walk.ForEach(
      ByPath(OrDie(walk.List(*table.metadata->current_snapshot()))), MissingFiles::kRefuse,
      [&](const iceberg::ManifestFile&, const iceberg::ManifestColumns& columns) -> Status {
        for (size_t row = 0; row < columns.size(); ++row) {
          deletes += columns.is_live(row) && columns.contents[row] != iceberg::FileContent::kData;
        }
        return {};
      }));
  return deletes;
}

std::set<std::string> CompactedTable::StoredData() {
  std::vector<std::string> stored = DataFiles();
  return {stored.begin(), stored.end()};
}

std::set<std::string> CompactedTable::NamedData() {
  std::set<std::string> named;
  ManifestWalk walk(*files, tools);
  ManifestsByPath all =
      OrDie(walk.ListAll(SnapshotsOf(*Newest().metadata), {}, MissingFiles::kRefuse));
  OrDie(walk.ForEach(
      all, MissingFiles::kRefuse,
      [&](const iceberg::ManifestFile&, const iceberg::ManifestColumns& columns) -> Status {
        for (size_t row = 0; row < columns.size(); ++row) {
          if (columns.is_live(row)) {
            named.emplace(columns.paths[row]);
          }
        }
        return {};
      }));
  return named;
}

}  // namespace firn::table::testing
