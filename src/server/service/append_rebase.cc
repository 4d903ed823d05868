#include "server/service/append_rebase.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <limits>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/uuid.h"
#include "iceberg/manifest/manifest_decoder.h"
#include "iceberg/manifest/manifest_list.h"
#include "iceberg/manifest/writer/manifest_list_writer.h"
#include "iceberg/metadata/snapshot_line.h"
#include "iceberg/metadata/table_properties.h"
#include "iceberg/metadata/table_requirement.h"
#include "server/service/locations.h"
#include "server/service/metadata_files.h"
#include "storage/location.h"

namespace firn::service {
namespace {

using iceberg::ManifestFile;
using iceberg::Snapshot;
using iceberg::SnapshotSummary;
using iceberg::TableMetadata;
using Manifests = std::vector<ManifestFile>;

/// What an append added is read while its table waits.
constexpr size_t kMaxAddedManifests = 100;
constexpr int64_t kMaxAddedManifestBytes = int64_t{32} << 20;
constexpr size_t kMaxDecodedBytes = size_t{128} << 20;
/// No snapshot has it.
constexpr iceberg::SequenceNumber kProbe{std::numeric_limits<int64_t>::max()};

/// A total of a summary, and what a snapshot adds to it.
struct Total {
  std::string_view total;
  std::string_view added;
};
constexpr std::array<Total, 6> kTotals = {{
    {"total-data-files", "added-data-files"},
    {"total-records", "added-records"},
    {"total-files-size", "added-files-size"},
    // An append adds none of these.
    {"total-delete-files", ""},
    {"total-position-deletes", ""},
    {"total-equality-deletes", ""},
}};

/// The snapshot of a change that does nothing but append it to a branch.
struct Append {
  iceberg::SnapshotPtr snapshot;
  iceberg::SetSnapshotRef set_ref;
};

std::optional<Append> AppendOf(std::span<const iceberg::TableUpdate> updates) {
  Append append;
  bool sets_ref = false;
  for (const iceberg::TableUpdate& update : updates) {
    if (const auto* add = std::get_if<iceberg::AddSnapshot>(&update);
        add != nullptr && append.snapshot == nullptr) {
      append.snapshot = add->snapshot;
    } else if (const auto* set = std::get_if<iceberg::SetSnapshotRef>(&update);
               set != nullptr && !sets_ref) {
      append.set_ref = *set;
      sets_ref = true;
    } else {
      return std::nullopt;
    }
  }
  bool appends = append.snapshot != nullptr && sets_ref && append.snapshot->operation == "append" &&
                 append.snapshot->parent_id && !append.snapshot->key_id &&
                 append.set_ref.ref.is_branch() &&
                 append.set_ref.ref.snapshot_id == append.snapshot->id;
  return appends ? std::optional(std::move(append)) : std::nullopt;
}

/// True where nothing fails but that the branch was at the append's parent.
bool OnlyTheBranchMoved(const TableMetadata& base,
                        const TableChange& change,
                        const Append& append) {
  bool moved = false;
  for (const iceberg::TableRequirement& requirement : change.requirements) {
    if (iceberg::CheckRequirements(&base, std::span(&requirement, 1)).has_value()) {
      continue;
    }
    const auto* asserted = std::get_if<iceberg::AssertRefSnapshotId>(&requirement);
    if (asserted == nullptr || asserted->ref != append.set_ref.name ||
        asserted->snapshot_id != append.snapshot->parent_id) {
      return false;
    }
    moved = true;
  }
  return moved;
}

/// The manifests of a snapshot; nullopt where they may not be read, or cannot.
std::optional<Manifests> ManifestsOf(const Environment& environment,
                                     const store::WarehouseRecord& warehouse,
                                     const Snapshot& snapshot) {
  if (snapshot.manifest_list.empty() ||
      !CheckAllowed(environment, warehouse, snapshot.manifest_list).has_value()) {
    return std::nullopt;
  }
  auto bytes =
      environment.objects.Read(snapshot.manifest_list, environment.options.max_metadata_bytes);
  if (!bytes.has_value()) {
    return std::nullopt;
  }
  auto manifests = iceberg::ReadManifestList(*bytes, snapshot.manifest_list);
  return manifests.has_value() ? std::optional(*std::move(manifests)) : std::nullopt;
}

/// False where a manifest only remembers deleted files: writers leave those out of their next list.
bool HoldsFiles(const ManifestFile& manifest) {
  return !manifest.added_files_count || !manifest.existing_files_count ||
         *manifest.added_files_count + *manifest.existing_files_count > 0;
}

/// Those that hold files, in one order.
Manifests Holding(std::span<const ManifestFile> manifests) {
  Manifests holding;
  std::ranges::copy_if(manifests, std::back_inserter(holding), HoldsFiles);
  std::ranges::sort(holding, {}, &ManifestFile::path);
  return holding;
}

/// By what its row says: data files that the append adds, and nothing else.
bool IsOfNewFiles(const TableMetadata& base, const Snapshot& append, const ManifestFile& manifest) {
  return manifest.content == iceberg::ManifestContent::kData &&
         manifest.added_files_count.value_or(0) > 0 && manifest.existing_files_count == 0 &&
         manifest.deleted_files_count == 0 && base.FindSpec(manifest.spec_id) != nullptr &&
         manifest.sequence_number == append.sequence_number &&
         manifest.min_sequence_number == append.sequence_number;
}

/// What the append added, as no list has taken it in; nullopt where its list is not that and its
/// parent's.
std::optional<Manifests> AddedManifests(const TableMetadata& base,
                                        const Snapshot& append,
                                        Manifests all,
                                        const Manifests& parents) {
  auto is_added = [&](const ManifestFile& manifest) {
    return manifest.added_snapshot_id == append.id;
  };
  auto others = std::ranges::stable_partition(all, is_added);
  bool same = Holding(others) == Holding(parents);
  Manifests added(all.begin(), others.begin());
  bool may = same && !added.empty() && added.size() <= kMaxAddedManifests &&
             std::ranges::all_of(added, [&](const ManifestFile& manifest) {
               return IsOfNewFiles(base, append, manifest);
             });
  if (!may) {
    return std::nullopt;
  }
  for (ManifestFile& manifest : added) {
    manifest.sequence_number = iceberg::kUnassignedSequenceNumber;
    manifest.min_sequence_number = iceberg::kUnassignedSequenceNumber;
    manifest.first_row_id = std::nullopt;
  }
  return added;
}

/// By its entries: all are added, by the append, and take their numbers from the list. An entry
/// that brings a number of its own would keep it, and older deletes would touch its rows.
bool InheritsEverything(const Environment& environment,
                        const Snapshot& append,
                        const ManifestFile& manifest) {
  auto bytes = environment.objects.Read(manifest.path, kMaxAddedManifestBytes);
  if (!bytes.has_value()) {
    return false;
  }
  ManifestFile probe = manifest;
  probe.sequence_number = kProbe;
  auto columns = iceberg::DecodeManifest(
      *bytes, probe,
      {.projection = iceberg::MetricsProjection::None(), .max_memory_bytes = kMaxDecodedBytes});
  if (!columns.has_value()) {
    return false;
  }
  auto is = [](auto wanted) { return [wanted](auto value) { return value == wanted; }; };
  const iceberg::ManifestColumns& entries = **columns;
  // Row ids are handed out by the row's counts.
  int64_t rows =
      std::accumulate(entries.record_counts.begin(), entries.record_counts.end(), int64_t{0});
  return std::cmp_equal(entries.size(), manifest.added_files_count.value_or(-1)) &&
         rows == manifest.added_rows_count &&
         std::ranges::all_of(entries.statuses, is(iceberg::EntryStatus::kAdded)) &&
         std::ranges::all_of(entries.contents, is(iceberg::FileContent::kData)) &&
         std::ranges::all_of(entries.snapshot_ids, is(append.id)) &&
         std::ranges::all_of(entries.sequence_numbers, is(kProbe)) &&
         std::ranges::all_of(entries.file_sequence_numbers, is(kProbe)) &&
         std::ranges::all_of(entries.first_row_ids, is(iceberg::kAbsent));
}

std::optional<int64_t> NumberOf(const SnapshotSummary& summary, std::string_view key) {
  auto text = summary.Find(key);
  int64_t number = 0;
  if (!text) {
    return std::nullopt;
  }
  auto read = std::from_chars(text->data(), text->data() + text->size(), number);
  bool whole = read.ec == std::errc() && read.ptr == text->data() + text->size();
  return whole ? std::optional(number) : std::nullopt;
}

/// The append's summary with totals that follow from the head's; one that the head does not say
/// stays unsaid.
SnapshotSummary SummaryOn(const SnapshotSummary& head, const SnapshotSummary& append) {
  SnapshotSummary summary;
  for (size_t i = 0; i < append.size(); ++i) {
    auto total = std::ranges::find(kTotals, append.key(i), &Total::total);
    if (total == kTotals.end()) {
      summary.Add(append.key(i), append.value(i));
    } else if (auto before = NumberOf(head, total->total)) {
      int64_t after = 0;
      if (!__builtin_add_overflow(*before, NumberOf(append, total->added).value_or(0), &after)) {
        summary.Add(total->total, std::to_string(after));
      }
    }
  }
  return summary;
}

std::optional<RebasedAppend> OnTopOf(const Environment& environment,
                                     const TableMetadata& base,
                                     const Snapshot& head,
                                     const Append& append,
                                     Manifests manifests,
                                     std::string folder) {
  auto snapshot = std::make_shared<Snapshot>(*append.snapshot);
  snapshot->parent_id = head.id;
  snapshot->schema_id = base.current_schema_id;  // the one of now: the old one is still known
  snapshot->sequence_number = base.next_sequence_number();
  snapshot->timestamp = std::max(environment.clock.Now(), base.last_updated);
  snapshot->summary = SummaryOn(head.summary, append.snapshot->summary);
  snapshot->manifest_list =
      fmt::format("{}/snap-{}-1-{}.avro", folder, snapshot->id.value(), Uuid::Random().ToString());
  auto list = iceberg::WriteManifestList(manifests, {.format_version = base.format_version,
                                                     .snapshot_id = snapshot->id,
                                                     .parent_snapshot_id = snapshot->parent_id,
                                                     .sequence_number = snapshot->sequence_number,
                                                     .first_row_id = base.next_row_id,
                                                     .compression = {}});
  if (!list.has_value()) {
    return std::nullopt;
  }
  if (base.format_version >= 3) {
    snapshot->first_row_id = base.next_row_id;
    snapshot->added_rows = list->next_row_id - base.next_row_id;
  }
  RebasedAppend rebased;
  rebased.list_location = snapshot->manifest_list;
  rebased.list_bytes = std::move(list->bytes);
  iceberg::SetSnapshotRef set{append.set_ref.name, *base.FindRef(append.set_ref.name)};
  set.ref.snapshot_id = snapshot->id;
  rebased.updates = {iceberg::AddSnapshot{std::move(snapshot)}, std::move(set)};
  return rebased;
}

}  // namespace

std::optional<RebasedAppend> RebaseAppend(const Environment& environment,
                                          const store::WarehouseRecord& warehouse,
                                          const TableMetadata& base,
                                          const TableChange& change) {
  if (!iceberg::BoolProperty(*base.properties, kRebaseAppendsProperty, false)) {
    return std::nullopt;
  }
  std::optional<Append> append = AppendOf(change.updates);
  if (!append || !OnlyTheBranchMoved(base, change, *append)) {
    return std::nullopt;
  }
  const Snapshot& snapshot = *append->snapshot;
  const iceberg::SnapshotRef* branch = base.FindRef(append->set_ref.name);
  const Snapshot* parent = base.FindSnapshot(*snapshot.parent_id);
  const Snapshot* head = branch != nullptr ? base.FindSnapshot(branch->snapshot_id) : nullptr;
  bool follows =
      parent != nullptr && head != nullptr && iceberg::IsAncestorOf(base, parent->id, head->id);
  bool is_new = base.FindSnapshot(snapshot.id) == nullptr;
  if (!follows || !is_new || !branch->is_branch() || !snapshot.schema_id ||
      base.FindSchema(*snapshot.schema_id) == nullptr) {
    return std::nullopt;
  }
  auto folder = MetadataFolder(environment, warehouse, base.location, *base.properties);
  auto all = ManifestsOf(environment, warehouse, snapshot);
  auto parents = ManifestsOf(environment, warehouse, *parent);
  auto heads = ManifestsOf(environment, warehouse, *head);
  if (!folder.has_value() || !all || !parents || !heads) {
    return std::nullopt;
  }
  auto manifests = AddedManifests(base, snapshot, *std::move(all), *parents);
  auto inherits = [&](const ManifestFile& manifest) {
    return CheckAllowed(environment, warehouse, manifest.path).has_value() &&
           InheritsEverything(environment, snapshot, manifest);
  };
  if (!manifests || !std::ranges::all_of(*manifests, inherits)) {
    return std::nullopt;
  }
  manifests->insert(manifests->end(), heads->begin(), heads->end());
  return OnTopOf(environment, base, *head, *append, *std::move(manifests), *std::move(folder));
}

}  // namespace firn::service
