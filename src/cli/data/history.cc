// firn table history, snapshots, refs: what a table's metadata says of its past.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "cli/data/inspection.h"
#include "cli/data/record_printer.h"
#include "iceberg/metadata/snapshot_line.h"

namespace firn::cli {
namespace {

using iceberg::Snapshot;
using iceberg::SnapshotId;

std::optional<int64_t> NumberOf(std::optional<SnapshotId> id) {
  return id ? std::optional(id->value()) : std::nullopt;
}

/// Those that the current snapshot came from, itself among them.
std::set<SnapshotId> Line(const iceberg::TableMetadata& table) {
  std::set<SnapshotId> line;
  iceberg::SnapshotLine parents(table, table.current_snapshot());
  while (const Snapshot* snapshot = parents.Next()) {
    line.insert(snapshot->id);
  }
  return line;
}

/// By time, then by sequence number.
std::vector<const Snapshot*> Sorted(const iceberg::TableMetadata& table) {
  std::vector<const Snapshot*> snapshots;
  for (const iceberg::SnapshotEntry& entry : table.snapshots) {
    snapshots.push_back(entry.snapshot.get());
  }
  std::ranges::sort(snapshots, {}, [](const Snapshot* snapshot) {
    return std::pair(snapshot->timestamp.value(), snapshot->sequence_number.value());
  });
  return snapshots;
}

std::string NamesOf(const iceberg::TableMetadata& table, SnapshotId id) {
  std::string names;
  for (const iceberg::NamedRef& ref : table.refs) {
    if (ref.ref.snapshot_id == id) {
      names += (names.empty() ? "" : ", ") + ref.name;
    }
  }
  return names;
}

std::string_view SummaryOf(const Snapshot& snapshot, std::string_view key) {
  return snapshot.summary.Find(key).value_or("");
}

}  // namespace

Status PrintHistory(OpenTable& open, const TableArguments& arguments) {
  const iceberg::TableMetadata& table = open.metadata();
  RecordPrinter out(arguments.json, {{"made-current-at", "current from"},
                                     {"snapshot-id", "snapshot", Align::kRight},
                                     {"parent-id", "parent", Align::kRight},
                                     {"operation"},
                                     {"is-current-ancestor", "in the current line"}});
  const std::set<SnapshotId> line = Line(table);
  for (const iceberg::SnapshotLogEntry& entry : table.snapshot_log) {
    const Snapshot* snapshot = table.FindSnapshot(entry.snapshot_id);
    out.Begin().Time(entry.timestamp).Id(entry.snapshot_id.value());
    if (snapshot == nullptr) {
      out.None().Text("expired");
    } else {
      out.Id(NumberOf(snapshot->parent_id)).Text(snapshot->operation.value_or(""));
    }
    out.Bool(line.contains(entry.snapshot_id));
  }
  out.Finish("The table has had no snapshot.");
  return {};
}

Status PrintSnapshots(OpenTable& open, const TableArguments& arguments) {
  const iceberg::TableMetadata& table = open.metadata();
  RecordPrinter out(arguments.json, {{"committed-at", "committed"},
                                     {"snapshot-id", "snapshot", Align::kRight},
                                     {"parent-id", "parent", Align::kRight},
                                     {"sequence-number", "sequence", Align::kRight},
                                     {"operation"},
                                     {"added-records", "rows added", Align::kRight},
                                     {"deleted-records", "removed", Align::kRight},
                                     {"total-records", "in all", Align::kRight},
                                     {"refs"}});
  for (const Snapshot* snapshot : Sorted(table)) {
    out.Begin()
        .Time(snapshot->timestamp)
        .Id(snapshot->id.value())
        .Id(NumberOf(snapshot->parent_id))
        .Id(snapshot->sequence_number.value())
        .Text(snapshot->operation.value_or(""))
        .Text(SummaryOf(*snapshot, "added-records"))
        .Text(SummaryOf(*snapshot, "deleted-records"))
        .Text(SummaryOf(*snapshot, "total-records"))
        .Text(NamesOf(table, snapshot->id));
  }
  out.Finish("The table has no snapshot.");
  return {};
}

Status PrintRefs(OpenTable& open, const TableArguments& arguments) {
  RecordPrinter out(arguments.json,
                    {{"name"},
                     {"type"},
                     {"snapshot-id", "snapshot", Align::kRight},
                     {"max-ref-age-ms", "max ref age, ms", Align::kRight},
                     {"min-snapshots-to-keep", "min snapshots", Align::kRight},
                     {"max-snapshot-age-ms", "max snapshot age, ms", Align::kRight}});
  for (const iceberg::NamedRef& named : open.metadata().refs) {
    const iceberg::SnapshotRef& ref = named.ref;
    out.Begin()
        .Text(named.name)
        .Text(ref.is_branch() ? "branch" : "tag")
        .Id(ref.snapshot_id.value())
        .Id(ref.max_ref_age_ms)
        .Id(ref.min_snapshots_to_keep)
        .Id(ref.max_snapshot_age_ms);
  }
  out.Finish("The table has no branch and no tag.");
  return {};
}

}  // namespace firn::cli
