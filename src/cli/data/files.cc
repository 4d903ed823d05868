// firn table files, partitions: what a plan without a reader finds.
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "cli/data/inspection.h"
#include "cli/data/partition_text.h"
#include "cli/data/record_printer.h"
#include "table/plan/scan_planner.h"

namespace firn::cli {
namespace {

using iceberg::FileContent;
using iceberg::ManifestColumns;

std::string_view ContentName(FileContent content) {
  constexpr std::array<std::string_view, 3> kNames = {"data", "position-deletes",
                                                      "equality-deletes"};
  return kNames[static_cast<size_t>(content)];
}

std::string_view FormatName(iceberg::FileFormat format) {
  constexpr std::array<std::string_view, 5> kNames = {"avro", "orc", "parquet", "puffin", "other"};
  return kNames[static_cast<size_t>(format)];
}

std::string PartitionOf(const iceberg::TableMetadata& table,
                        const ManifestColumns& manifest,
                        size_t row) {
  return PartitionText(table, manifest.spec_id, manifest.partitions[manifest.partition_ids[row]]);
}

/// Calls `visit(manifest, row)` for each file that the selection reads, data first.
template <class Visit>
Status ForEachFile(OpenTable& open, const Selection& selection, Visit visit) {
  ASSIGN_OR_RETURN(table::ScanRequest request, RequestOf(selection));
  ASSIGN_OR_RETURN(table::ScanPlan plan,
                   table::ScanPlan::Begin(open.plan_context(), open.table().metadata, request));
  RETURN_IF_ERROR(plan.ForEachManifest(0, plan.manifest_count(), {},
                                       [&](const table::ManifestTasks& tasks) -> Status {
                                         for (const table::FileTask& task : tasks.files) {
                                           visit(*tasks.manifest, task.row);
                                         }
                                         return {};
                                       }));
  for (const table::DeleteFileRef& file : plan.deletes().files()) {
    visit(*file.manifest, file.row);
  }
  return {};
}

/// What a partition holds.
struct PartitionTotals {
  int64_t data_files = 0;
  int64_t rows = 0;
  int64_t bytes = 0;
  int64_t delete_files = 0;
};

}  // namespace

Status PrintFiles(OpenTable& open, const TableArguments& arguments, const Selection& selection) {
  RecordPrinter out(arguments.json, {{"content"},
                                     {"file-format", "format"},
                                     {"partition"},
                                     {"record-count", "rows", Align::kRight},
                                     {"file-size-in-bytes", "size", Align::kRight},
                                     {"sequence-number", "sequence", Align::kRight},
                                     {"file-path", "path"}});
  RETURN_IF_ERROR(ForEachFile(open, selection, [&](const ManifestColumns& manifest, size_t row) {
    out.Begin()
        .Text(ContentName(manifest.contents[row]))
        .Text(FormatName(manifest.formats[row]))
        .Text(PartitionOf(open.metadata(), manifest, row))
        .Number(manifest.record_counts[row])
        .Size(manifest.file_sizes_bytes[row])
        .Id(manifest.sequence_numbers[row].value())
        .Text(manifest.paths[row]);
  }));
  out.Finish("No file.");
  return {};
}

Status PrintPartitions(OpenTable& open,
                       const TableArguments& arguments,
                       const Selection& selection) {
  std::map<std::pair<iceberg::SpecId, std::string>, PartitionTotals> partitions;
  RETURN_IF_ERROR(ForEachFile(open, selection, [&](const ManifestColumns& manifest, size_t row) {
    PartitionTotals& totals =
        partitions[{manifest.spec_id, PartitionOf(open.metadata(), manifest, row)}];
    bool data = manifest.contents[row] == FileContent::kData;
    totals.data_files += data ? 1 : 0;
    totals.rows += data ? manifest.record_counts[row] : 0;
    totals.bytes += data ? manifest.file_sizes_bytes[row] : 0;
    totals.delete_files += data ? 0 : 1;
  }));
  RecordPrinter out(arguments.json, {{"spec-id", "spec", Align::kRight},
                                     {"partition"},
                                     {"data-files", "data files", Align::kRight},
                                     {"record-count", "rows", Align::kRight},
                                     {"data-size-in-bytes", "size", Align::kRight},
                                     {"delete-files", "delete files", Align::kRight}});
  for (const auto& [key, totals] : partitions) {
    out.Begin()
        .Id(key.first.value())
        .Text(key.second)
        .Number(totals.data_files)
        .Number(totals.rows)
        .Size(totals.bytes)
        .Number(totals.delete_files);
  }
  out.Finish("No file.");
  return {};
}

}  // namespace firn::cli
