#include "table/maintain/snapshot_expiry.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "iceberg/metadata/apply_updates.h"
#include "table/commit/commit_action.h"
#include "table/maintain/named_files.h"

namespace firn::table {
namespace {

using iceberg::ManifestColumns;
using iceberg::ManifestFile;
using iceberg::SnapshotId;
using iceberg::SnapshotPtr;
using iceberg::TableMetadata;

/// The snapshots of the table that are, or are not, among `ids`.
std::vector<SnapshotPtr> Select(const TableMetadata& table,
                                const std::vector<SnapshotId>& ids,
                                bool among) {
  std::set<SnapshotId> listed(ids.begin(), ids.end());
  std::vector<SnapshotPtr> selected = SnapshotsOf(table);
  std::erase_if(selected, [&](const SnapshotPtr& snapshot) {
    return listed.contains(snapshot->id) != among;
  });
  return selected;
}

class ExpiryAction final : public Action {
 public:
  ExpiryAction(const MaintenanceContext& context, const ExpiryOptions& options)
      : context_(context), options_(options) {}

  Result<std::vector<iceberg::TableUpdate>> Prepare(const Table& base) override {
    RETURN_IF_ERROR(CheckMayDeleteFiles(*base.metadata, "expire snapshots"));
    RETURN_IF_ERROR(context_.MayGoOn());
    base_ = base;
    schemas_.clear();
    specs_.clear();
    ASSIGN_OR_RETURN(expired_,
                     SelectExpired(*base.metadata, options_.retention, context_.tools.clock.Now()));
    if (options_.structure == UnusedStructure::kRemove) {
      RETURN_IF_ERROR(SelectStructure());
    }
    std::vector<iceberg::TableUpdate> updates;
    updates.reserve(expired_.refs.size() + 3);
    for (const std::string& ref : expired_.refs) {
      updates.emplace_back(iceberg::RemoveSnapshotRef{ref});
    }
    if (!expired_.snapshots.empty()) {
      updates.emplace_back(iceberg::RemoveSnapshots{expired_.snapshots});
    }
    if (!specs_.empty()) {
      updates.emplace_back(iceberg::RemovePartitionSpecs{specs_});
    }
    if (!schemas_.empty()) {
      updates.emplace_back(iceberg::RemoveSchemas{schemas_});
    }
    return updates;
  }

  /// What goes was chosen by where all refs are.
  std::vector<iceberg::TableRequirement> requirements() const override {
    std::vector<iceberg::TableRequirement> unmoved;
    for (const iceberg::NamedRef& named : base_.metadata->refs) {
      unmoved.emplace_back(iceberg::AssertRefSnapshotId{named.name, named.ref.snapshot_id});
    }
    return unmoved;
  }

  // Of the last Prepare.
  const Table& base() const { return base_; }
  const Expired& expired() const { return expired_; }
  const std::vector<iceberg::SchemaId>& schemas() const { return schemas_; }
  const std::vector<iceberg::SpecId>& specs() const { return specs_; }

 private:
  Status SelectStructure() {
    const TableMetadata& table = *base_.metadata;
    std::set<iceberg::SchemaId> used_schemas{table.current_schema_id};
    std::set<iceberg::SpecId> used_specs{table.default_spec_id};
    const std::vector<SnapshotPtr> stay = Select(table, expired_.snapshots, false);
    bool specs_known = true;
    for (const SnapshotPtr& snapshot : stay) {
      used_schemas.insert(snapshot->schema_id.value_or(table.current_schema_id));
      specs_known = specs_known && !snapshot->manifest_list.empty();
    }
    ManifestWalk walk(*base_.files, context_.tools);
    ASSIGN_OR_RETURN(ManifestsByPath manifests, walk.ListAll(stay, {}, MissingFiles::kRefuse));
    for (const auto& [path, manifest] : manifests) {
      used_specs.insert(manifest.spec_id);
    }
    SelectSchemas(used_schemas);
    for (const iceberg::PartitionSpec& spec : table.specs) {
      if (specs_known && !used_specs.contains(spec.id)) {
        specs_.push_back(spec.id);
      }
    }
    return {};
  }

  /// The newest first: of each dropped column the newest schema stays, for files, partition tuples
  /// and equality deletes from before may go on using it, whatever older ones are used.
  void SelectSchemas(const std::set<iceberg::SchemaId>& used) {
    std::vector<const iceberg::Schema*> schemas;
    for (const iceberg::Schema& schema : base_.metadata->schemas) {
      schemas.push_back(&schema);
    }
    std::ranges::sort(schemas, std::greater(), &iceberg::Schema::id);
    const std::vector<iceberg::FieldId> current = base_.metadata->current_schema().field_ids();
    std::set<iceberg::FieldId> known(current.begin(), current.end());
    for (const iceberg::Schema* schema : schemas) {
      const std::vector<iceberg::FieldId> ids = schema->field_ids();
      if (used.contains(schema->id()) || !std::ranges::includes(known, ids)) {
        known.insert(ids.begin(), ids.end());
      } else {
        schemas_.push_back(schema->id());
      }
    }
  }

  const MaintenanceContext& context_;
  const ExpiryOptions& options_;
  Table base_;
  Expired expired_;
  std::vector<iceberg::SchemaId> schemas_;
  std::vector<iceberg::SpecId> specs_;
};

/// Finds and deletes what only snapshots of `before` name that are not in `after`.
class ExpiryCleanup {
 public:
  ExpiryCleanup(const MaintenanceContext& context,
                const ExpiryOptions& options,
                const Table& before,
                const Table& after,
                RunMode mode)
      : options_(options),
        before_(*before.metadata),
        folders_(*before.metadata),
        after_(after),
        named_(context, *before.files, {}),
        deletion_(context, after, named_, mode) {}

  Status Run(const Expired& expired, ExpiryReport& report) {
    RETURN_IF_ERROR(named_.AddTable(after_));
    report.after = named_.footprint();
    going_ = report.after;
    Status removed = Remove(expired);
    report.deleted = deletion_.Finish();
    report.before = going_;
    report.before.snapshots = std::ssize(before_.snapshots);
    return removed;
  }

 private:
  Status Remove(const Expired& expired) {
    const std::vector<SnapshotPtr> gone = Select(before_, expired.snapshots, true);
    ASSIGN_OR_RETURN(ManifestsByPath manifests,
                     named_.walk().ListAll(gone, named_.manifests(), MissingFiles::kSkip));
    auto visit = [&](const ManifestFile&, const ManifestColumns& columns) -> Status {
      for (size_t row = 0; row < columns.size(); ++row) {
        if (columns.is_live(row)) {
          RemoveFile(columns, row);
        }
      }
      return {};
    };
    // Files before what names them.
    RETURN_IF_ERROR(named_.walk().ForEach(manifests, MissingFiles::kSkip, visit));
    for (const auto& [path, manifest] : manifests) {
      if (Remove({path, TableFileKind::kManifest, manifest.length_bytes})) {
        ++going_.manifests;
        going_.manifest_bytes += manifest.length_bytes;
      }
    }
    for (const SnapshotPtr& snapshot : gone) {
      if (!snapshot->manifest_list.empty()) {
        Remove({snapshot->manifest_list, TableFileKind::kManifestList, 0});
      }
    }
    RemoveStatistics({expired.snapshots.begin(), expired.snapshots.end()});
    return {};
  }

  void RemoveFile(const ManifestColumns& columns, size_t row) {
    const bool is_data = columns.contents[row] == iceberg::FileContent::kData;
    const int64_t bytes = columns.file_sizes_bytes[row];
    if (!Remove({std::string(columns.paths[row]),
                 is_data ? TableFileKind::kData : TableFileKind::kDeletes, bytes})) {
      return;
    }
    if (is_data) {
      ++going_.data_files;
      going_.data_bytes += bytes;
      going_.data_rows += columns.record_counts[row];
    } else {
      ++going_.delete_files;
      going_.delete_bytes += bytes;
    }
  }

  void RemoveStatistics(const std::set<SnapshotId>& gone) {
    for (const iceberg::StatisticsFile& file : before_.statistics) {
      if (gone.contains(file.snapshot_id)) {
        Remove({file.path, TableFileKind::kStatistics, file.file_size_bytes});
      }
    }
    for (const iceberg::PartitionStatisticsFile& file : before_.partition_statistics) {
      if (gone.contains(file.snapshot_id)) {
        Remove({file.path, TableFileKind::kStatistics, file.file_size_bytes});
      }
    }
  }

  /// False where the file stays, or was removed before.
  bool Remove(UnusedFile file) {
    if (named_.Names(file.location) || !removed_.Insert(PlaceOf(file.location))) {
      return false;
    }
    if (options_.outside == OutsideFiles::kLeave && !folders_.Hold(file.location)) {
      deletion_.CountOutside();
    } else {
      deletion_.Add(std::move(file));
    }
    return true;
  }

  const ExpiryOptions& options_;
  const TableMetadata& before_;
  const TableFolders folders_;
  const Table& after_;
  NamedFiles named_;
  FingerprintSet removed_;
  TableFootprint going_;
  FileDeletion deletion_;
};

/// The table as the commit would leave it.
Result<Table> Applied(const ExpiryAction& action,
                      const std::vector<iceberg::TableUpdate>& updates,
                      TimestampMs now) {
  Table table = action.base();
  if (!updates.empty()) {
    now = std::max(now, table.metadata->last_updated);
    ASSIGN_OR_RETURN(
        table.metadata,
        iceberg::ApplyUpdates(table.metadata, updates,
                              {.now = now, .base_metadata_location = table.metadata_location}));
  }
  return table;
}

}  // namespace

Result<ExpiryReport> ExpireSnapshots(const MaintenanceContext& context,
                                     const Table& table,
                                     const ExpiryOptions& options) {
  const bool dry = options.mode == RunMode::kDryRun;
  ExpiryAction action(context, options);
  ExpiryReport report;
  Table after;
  if (dry) {
    ASSIGN_OR_RETURN(auto updates, action.Prepare(table));
    ASSIGN_OR_RETURN(after, Applied(action, updates, context.tools.clock.Now()));
  } else {
    context.Tell(MaintenancePhase::kCommitting, 0, 1);
    ASSIGN_OR_RETURN(after, CommitAction(context.catalog, table, action, context.tools));
    context.Tell(MaintenancePhase::kCommitting, 1, 1);
  }
  report.table = dry ? table : after;
  report.expired = action.expired();
  report.schemas = action.schemas();
  report.specs = action.specs();
  const bool deletes = !dry && options.cleanup == FileCleanup::kDelete;
  ExpiryCleanup cleanup(context, options, action.base(), after,
                        deletes ? RunMode::kRun : RunMode::kDryRun);
  if (Status cleaned = cleanup.Run(report.expired, report); !cleaned.has_value()) {
    if (dry) {
      return TakeError(std::move(cleaned));
    }
    report.deleted.stopped_by = TakeError(std::move(cleaned));
  }
  return report;
}

}  // namespace firn::table
