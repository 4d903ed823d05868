#include "table/maintain/manifest_rewrite.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "iceberg/metadata/table_properties.h"
#include "table/commit/commit_action.h"
#include "table/commit/manifest_rewrite_action.h"
#include "table/maintain/branch_head.h"
#include "table/maintain/named_files.h"
#include "table/maintain/rehearsal.h"

namespace firn::table {
namespace {

using iceberg::ManifestFile;
using Kind = std::pair<iceberg::ManifestContent, iceberg::SpecId>;

constexpr int32_t kTargetBytesDefault = 8 << 20;

bool IsMisfit(const ManifestFile& manifest, int64_t target) {
  return manifest.length_bytes * 2 < target || manifest.length_bytes > target * 2;
}

/// What is chosen of one kind of manifests.
struct Chosen {
  std::vector<std::string> paths;
  bool any_large = false;

  void Add(const ManifestFile& manifest, int64_t target) {
    paths.push_back(manifest.path);
    any_large = any_large || manifest.length_bytes > target * 2;
  }
  bool IsWorthIt(ManifestChoice choice) const {
    return choice == ManifestChoice::kAll || paths.size() > 1 || any_large;
  }
};

std::map<Kind, Chosen> Choose(const std::vector<ManifestFile>& manifests,
                              const ManifestRewriteOptions& options,
                              int64_t target) {
  std::map<Kind, Chosen> kinds;
  for (const ManifestFile& manifest : manifests) {
    bool fits = options.choice == ManifestChoice::kMisfits && !IsMisfit(manifest, target);
    bool of_spec = !options.spec.has_value() || manifest.spec_id == *options.spec;
    if (of_spec && !fits) {
      kinds[{manifest.content, manifest.spec_id}].Add(manifest, target);
    }
  }
  std::erase_if(kinds, [&](const auto& kind) { return !kind.second.IsWorthIt(options.choice); });
  return kinds;
}

Status Commit(const MaintenanceContext& context,
              const Table& table,
              ManifestRewrite rewrite,
              ManifestRewriteReport& report) {
  RETURN_IF_ERROR(context.MayGoOn());
  const std::string branch = rewrite.target.branch;
  context.Tell(MaintenancePhase::kCommitting, 0, 1);
  ManifestRewriteAction action(table, std::move(rewrite), context.tools);
  ASSIGN_OR_RETURN(report.table, CommitAction(context.catalog, table, action, context.tools));
  context.Tell(MaintenancePhase::kCommitting, 1, 1);
  report.created = action.created_manifests();
  report.entries = action.processed_entries();
  ASSIGN_OR_RETURN(report.after, MeasureBranch(context, report.table, branch));
  return {};
}

}  // namespace

Result<ManifestRewriteReport> RewriteManifests(const MaintenanceContext& context,
                                               const Table& table,
                                               const ManifestRewriteOptions& options) {
  if (options.spec && table.metadata->FindSpec(*options.spec) == nullptr) {
    return Error(ErrorCode::kNotFound,
                 fmt::format("The table has no partition spec {}", options.spec->value()));
  }
  ASSIGN_OR_RETURN(int32_t target,
                   iceberg::IntProperty(*table.metadata->properties,
                                        "commit.manifest.target-size-bytes", kTargetBytesDefault));
  ManifestRewriteReport report{.table = table};
  ASSIGN_OR_RETURN(const iceberg::Snapshot* head, HeadOfBranch(*table.metadata, options.branch));
  if (head == nullptr) {
    return report;
  }
  ASSIGN_OR_RETURN(std::vector<ManifestFile> manifests,
                   ManifestWalk(*table.files, context.tools).List(*head));
  ASSIGN_OR_RETURN(report.before, MeasureBranch(context, table, options.branch));
  report.after = report.before;
  ManifestRewrite rewrite{.manifests = {}, .target = {.branch = options.branch}, .summary = {}};
  for (auto& [kind, chosen] : Choose(manifests, options, std::max(target, 1))) {
    std::ranges::copy(chosen.paths, std::back_inserter(rewrite.manifests));
  }
  report.replaced = std::ssize(rewrite.manifests);
  if (rewrite.manifests.empty()) {
    return report;
  }
  if (options.mode == RunMode::kRun) {
    RETURN_IF_ERROR(Commit(context, table, std::move(rewrite), report));
    return report;
  }
  Rehearsal rehearsal(table, context.tools.clock);
  RETURN_IF_ERROR(Commit(context.On(rehearsal), rehearsal.Current(), std::move(rewrite), report));
  report.table = table;
  return report;
}

}  // namespace firn::table
