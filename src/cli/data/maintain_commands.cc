// firn maintain compact, expire, rewrite-manifests, orphans, clean-metadata: without --run they
// only say what they would do.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/json_writer.h"
#include "cli/command/remote_command.h"
#include "cli/data/commands.h"
#include "cli/data/figures.h"
#include "cli/data/maintenance_report.h"
#include "cli/data/progress.h"
#include "cli/data/selection.h"
#include "cli/data/table_command.h"
#include "iceberg/expression/expression_text.h"
#include "table/compact/compaction.h"
#include "table/maintain/manifest_rewrite.h"
#include "table/maintain/metadata_cleanup.h"
#include "table/maintain/orphan_files.h"
#include "table/maintain/snapshot_expiry.h"

namespace firn::cli {
namespace {

using table::RunMode;

/// Of all of them.
struct MaintainFlags {
  bool run = false;

  RunMode mode() const { return run ? RunMode::kRun : RunMode::kDryRun; }
};

void AddRun(CLI::App& app, MaintainFlags& flags) {
  app.add_flag("--run", flags.run, "Do it; without it nothing is changed");
}

/// What an operation is given, and a line on the terminal about how far it is.
class Work {
 public:
  explicit Work(OpenTable& open)
      : progress_(false),
        context_{.catalog = open.catalog(),
                 .tools = open.tools(),
                 .progress = [this](const table::MaintenanceProgress& now) { Tell(now); },
                 .may_go_on = nullptr} {}
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  const table::MaintenanceContext& context() const { return context_; }

 private:
  void Tell(const table::MaintenanceProgress& now) {
    std::string of = now.total > 0 ? " of " + Count(now.total) : "";
    progress_.Tell(now.done, now.total,
                   fmt::format("{} {}{}", table::ToString(now.phase), Count(now.done), of));
  }

  Progress progress_;
  table::MaintenanceContext context_;
};

/// A time before which, as an age flag says: `30d`, `12h`, or a time.
Result<std::optional<TimestampMs>> TimeBefore(const std::string& text, const Clock& clock) {
  if (text.empty()) {
    return std::optional<TimestampMs>();
  }
  ASSIGN_OR_RETURN(TimestampMs time, ReadTimeOrAge(text, clock.Now()));
  return std::optional(time);
}

// --- compact ---

struct CompactFlags : MaintainFlags {
  std::string where;
  bool all = false;
  bool sort = false;
  bool move_specs = false;
  bool keep_dangling = false;
  /// Those that are set without more ado.
  table::CompactionOptions options;
};

Certainty CertaintyOf(bool known) { return known ? Certainty::kKnown : Certainty::kAbout; }

Status Compact(OpenTable& open, const TableArguments& arguments, const CompactFlags& flags) {
  table::CompactionOptions options = flags.options;
  options.mode = flags.mode();
  if (!flags.where.empty()) {
    ASSIGN_OR_RETURN(options.filter, iceberg::ParseExpressionText(flags.where));
  }
  options.strategy =
      flags.sort ? table::CompactionStrategy::kSort : table::CompactionStrategy::kBinPack;
  options.choice = flags.all ? table::FileChoice::kAll : table::FileChoice::kMisfits;
  options.other_specs = flags.move_specs ? table::OtherSpecs::kMove : table::OtherSpecs::kAsOthers;
  options.dangling =
      flags.keep_dangling ? table::DanglingDeletes::kKeep : table::DanglingDeletes::kRemove;
  Work work(open);
  const table::ScanContext scan = open.scan_context();
  ASSIGN_OR_RETURN(table::CompactionReport report,
                   table::Compact({work.context(), scan}, open.table(), options));
  MaintenanceReport out("compact", options.mode);
  out.Figure("groups", report.groups);
  out.Figure("moved-groups", report.moved_groups);
  if (report.moved_groups > 0 && options.mode == table::RunMode::kDryRun) {
    out.Note("added-files-note", "more where rows of a moved group are of several partitions");
  }
  out.Figure("rewritten-files", report.rewritten_files);
  out.Size("rewritten-bytes", report.rewritten_bytes);
  out.Figure("applied-delete-files", report.applied_deletes);
  out.Figure("added-files", report.added_files, CertaintyOf(report.files_known));
  out.Size("added-bytes", report.added_bytes, CertaintyOf(report.bytes_known));
  out.Figure("dangling-delete-files", report.dangling_deletes);
  out.Figure("commits", report.commits);
  out.Figure("unreadable-files", report.unreadable_files);
  out.Figure("failed-groups", report.failed_groups);
  if (report.last_failure) {
    out.Note("last-failure", report.last_failure->message());
  }
  out.Footprints(report.before, report.after);
  for (const auto& [key, known] :
       {std::pair("data-files", report.files_known), std::pair("data-bytes", report.bytes_known),
        std::pair("manifests", report.manifests_known)}) {
    if (!known) {
      out.AfterIsAbout(key);
    }
  }
  out.Print(arguments.json);
  return {};
}

void AddSizes(CLI::App& app, table::CompactionOptions& options) {
  app.add_option("--target-bytes", options.target_file_bytes,
                 "Size of a file; write.target-file-size-bytes if not given")
      ->transform(CLI::AsSizeValue(false));
  app.add_option("--min-file-bytes", options.min_file_bytes,
                 "Smaller files are rewritten; 75 % of the target if not given")
      ->transform(CLI::AsSizeValue(false));
  app.add_option("--max-file-bytes", options.max_file_bytes,
                 "Larger files are rewritten; 180 % of the target if not given")
      ->transform(CLI::AsSizeValue(false));
  app.add_option("--max-group-bytes", options.max_group_bytes,
                 "Files of one partition that are rewritten together")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
}

void AddThresholds(CLI::App& app, table::CompactionOptions& options) {
  app.add_option("--min-input-files", options.min_input_files, "So many files are worth it")
      ->capture_default_str();
  app.add_option("--delete-files", options.delete_file_threshold,
                 "A file with so many delete files is rewritten; none if not given")
      ->check(CLI::PositiveNumber);
  app.add_option("--delete-ratio", options.delete_ratio_threshold,
                 "A file is rewritten of whose rows this part is known to be deleted")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
}

void AddCompact(CLI::App& app, CompactFlags& flags) {
  AddRun(app, flags);
  app.add_option("--where", flags.where, "Files that may hold such rows, as in SQL");
  app.add_flag("--all", flags.all, "Every file, not only those of the wrong size or with deletes");
  app.add_flag("--sort", flags.sort, "Sort by the table's sort order");
  app.add_flag("--move-specs", flags.move_specs,
               "Files of older partition specs to the current one");
  app.add_flag("--keep-dangling-deletes", flags.keep_dangling,
               "Deletes that touch nothing any more stay");
  AddSizes(app, flags.options);
  AddThresholds(app, flags.options);
  app.add_option("--max-commits", flags.options.max_commits,
                 "Commit in so many parts; with 1 it is all or nothing")
      ->capture_default_str();
  app.add_option("--groups-at-once", flags.options.groups_at_once,
                 "Groups rewritten at a time; each holds an output file in memory")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--branch", flags.options.branch, "Of the table")->capture_default_str();
}

// --- expire ---

struct ExpireFlags : MaintainFlags {
  std::string older_than;
  std::optional<int32_t> keep;
  std::vector<int64_t> snapshots;
  bool keep_files = false;
  bool outside = false;
  bool unused_structure = false;
};

Status Expire(OpenTable& open, const TableArguments& arguments, const ExpireFlags& flags) {
  table::ExpiryOptions options{.mode = flags.mode()};
  ASSIGN_OR_RETURN(options.retention.older_than, TimeBefore(flags.older_than, open.clock()));
  options.retention.min_snapshots_to_keep = flags.keep;
  for (int64_t id : flags.snapshots) {
    options.retention.snapshots.emplace_back(id);
  }
  bool named_only = !flags.snapshots.empty() && flags.older_than.empty() && !flags.keep;
  options.retention.rule =
      named_only ? table::RetentionRule::kNamedOnly : table::RetentionRule::kByAge;
  options.cleanup = flags.keep_files ? table::FileCleanup::kKeep : table::FileCleanup::kDelete;
  options.outside = flags.outside ? table::OutsideFiles::kDelete : table::OutsideFiles::kLeave;
  options.structure =
      flags.unused_structure ? table::UnusedStructure::kRemove : table::UnusedStructure::kKeep;
  Work work(open);
  ASSIGN_OR_RETURN(table::ExpiryReport report,
                   table::ExpireSnapshots(work.context(), open.table(), options));
  MaintenanceReport out("expire", options.mode);
  out.Figure("expired-snapshots", static_cast<int64_t>(report.expired.snapshots.size()));
  out.Figure("expired-refs", static_cast<int64_t>(report.expired.refs.size()));
  out.Figure("removed-schemas", static_cast<int64_t>(report.schemas.size()));
  out.Figure("removed-partition-specs", static_cast<int64_t>(report.specs.size()));
  out.Deleted(report.deleted);
  out.Footprints(report.before, report.after);
  out.Print(arguments.json);
  return {};
}

void AddExpire(CLI::App& app, ExpireFlags& flags) {
  AddRun(app, flags);
  app.add_option("--older-than", flags.older_than,
                 "Snapshots from before: an age, 7d or 12h, or a time; the table's property if not "
                 "given");
  app.add_option("--keep", flags.keep, "Snapshots that each branch keeps at least")
      ->check(CLI::PositiveNumber);
  app.add_option("--snapshot", flags.snapshots, "This one whatever its age, repeatable")
      ->allow_extra_args(false);
  app.add_flag("--keep-files", flags.keep_files, "Change the metadata only");
  app.add_flag("--outside", flags.outside,
               "Files outside the table's folders go too: they are nobody else's");
  app.add_flag("--unused-structure", flags.unused_structure,
               "Schemas and partition specs that nothing uses go too");
}

// --- rewrite-manifests ---

struct RewriteFlags : MaintainFlags {
  bool all = false;
  std::optional<int32_t> spec;
  std::string branch{iceberg::kMainBranch};
};

Status Rewrite(OpenTable& open, const TableArguments& arguments, const RewriteFlags& flags) {
  table::ManifestRewriteOptions options{.mode = flags.mode(), .branch = flags.branch};
  options.choice = flags.all ? table::ManifestChoice::kAll : table::ManifestChoice::kMisfits;
  if (flags.spec) {
    options.spec = iceberg::SpecId(*flags.spec);
  }
  Work work(open);
  ASSIGN_OR_RETURN(table::ManifestRewriteReport report,
                   table::RewriteManifests(work.context(), open.table(), options));
  MaintenanceReport out("rewrite-manifests", flags.mode());
  out.Figure("replaced-manifests", report.replaced);
  out.Figure("created-manifests", report.created);
  out.Figure("entries", report.entries);
  out.Footprints(report.before, report.after);
  out.Print(arguments.json);
  return {};
}

void AddRewrite(CLI::App& app, RewriteFlags& flags) {
  AddRun(app, flags);
  app.add_flag("--all", flags.all, "Every manifest, so that all entries are ordered anew");
  app.add_option("--spec", flags.spec, "Only manifests of this partition spec, by its id");
  app.add_option("--branch", flags.branch, "Of the table")->capture_default_str();
}

// --- orphans ---

struct OrphanFlags : MaintainFlags {
  std::string older_than;
  bool allow_young = false;
  bool outside = false;
  bool other_prefix = false;
};

table::YoungFiles YoungOf(bool allowed) {
  return allowed ? table::YoungFiles::kAllowed : table::YoungFiles::kNever;
}

Status Orphans(OpenTable& open, const TableArguments& arguments, const OrphanFlags& flags) {
  table::OrphanOptions options{.mode = flags.mode(), .young = YoungOf(flags.allow_young)};
  ASSIGN_OR_RETURN(options.older_than, TimeBefore(flags.older_than, open.clock()));
  options.outside = flags.outside ? table::OutsideFolders::kSearch : table::OutsideFolders::kLeave;
  options.other_prefix =
      flags.other_prefix ? table::OtherPrefix::kDelete : table::OtherPrefix::kLeave;
  Work work(open);
  ASSIGN_OR_RETURN(table::OrphanReport report,
                   table::RemoveOrphans(work.context(), open.table(), options));
  MaintenanceReport out("orphans", options.mode);
  out.Figure("files", report.files_before);
  out.Size("bytes", report.bytes_before);
  out.Figure("young-files", report.young);
  out.Figure("other-prefix-files", report.other_prefix);
  out.Deleted(report.deleted);
  out.Files("orphans", report.orphans);
  out.Files("left-under-another-prefix", report.other_prefix_files);
  out.Files("folders-left", report.outside_folders);
  out.Print(arguments.json);
  return {};
}

constexpr const char* kOlderHelp =
    "Files from before: an age, 3d or 36h, or a time; 3d if not given";
constexpr const char* kYoungHelp = "Younger than a day too: only where nobody writes to the table";

void AddOrphans(CLI::App& app, OrphanFlags& flags) {
  AddRun(app, flags);
  app.add_option("--older-than", flags.older_than, kOlderHelp);
  app.add_flag("--allow-young", flags.allow_young, kYoungHelp);
  app.add_flag("--outside", flags.outside,
               "Folders outside the table's location that its properties name are its alone");
  app.add_flag("--other-prefix", flags.other_prefix,
               "Files that are named under another scheme or host go too");
}

// --- clean-metadata ---

struct CleanFlags : MaintainFlags {
  std::string older_than;
  bool allow_young = false;
};

Status Clean(OpenTable& open, const TableArguments& arguments, const CleanFlags& flags) {
  table::MetadataCleanupOptions options{.mode = flags.mode(), .young = YoungOf(flags.allow_young)};
  ASSIGN_OR_RETURN(options.older_than, TimeBefore(flags.older_than, open.clock()));
  Work work(open);
  ASSIGN_OR_RETURN(table::MetadataCleanupReport report,
                   table::CleanMetadata(work.context(), open.table(), options));
  MaintenanceReport out("clean-metadata", options.mode);
  out.Figure("metadata-files", report.files_before);
  out.Size("metadata-bytes", report.bytes_before);
  out.Figure("young-files", report.young);
  out.Figure("files-of-others", report.of_others);
  out.Deleted(report.deleted);
  out.Print(arguments.json);
  return {};
}

void AddClean(CLI::App& app, CleanFlags& flags) {
  AddRun(app, flags);
  app.add_option("--older-than", flags.older_than, kOlderHelp);
  app.add_flag("--allow-young", flags.allow_young, kYoungHelp);
}

}  // namespace

void AddMaintain(CLI::App& app, Chosen& chosen) {
  CLI::App* group = app.add_subcommand(
      "maintain", "Maintenance of a table; without --run it only says what it would do");
  group->require_subcommand(1);
  AddTableCommandWith<CompactFlags>(
      *group, chosen, {"compact", "Rewrite small files, and files with many deleted rows"}, Compact,
      AddCompact);
  AddTableCommandWith<ExpireFlags>(
      *group, chosen, {"expire", "Remove old snapshots, and the files that only they name"}, Expire,
      AddExpire);
  AddTableCommandWith<RewriteFlags>(*group, chosen,
                                    {"rewrite-manifests", "Join manifests, ordered by partition"},
                                    Rewrite, AddRewrite);
  AddTableCommandWith<OrphanFlags>(
      *group, chosen, {"orphans", "Remove files that no metadata names"}, Orphans, AddOrphans);
  AddTableCommandWith<CleanFlags>(
      *group, chosen, {"clean-metadata", "Remove metadata files beyond the table's log"}, Clean,
      AddClean);
}

}  // namespace firn::cli
