#include "table/commit/manifest_rewrite_action.h"

#include <map>
#include <set>
#include <utility>

#include "table/commit/clustered_manifests_internal.h"
#include "table/commit/snapshot_writer_internal.h"
#include "table/commit/summary_builder.h"

namespace firn::table {
namespace {

using iceberg::ManifestFile;

/// Manifests that may share an output, up to kMaxGroupBytes; each group holds one at least.
std::vector<std::vector<ManifestFile>> GroupsOf(const std::vector<ManifestFile>& manifests) {
  std::map<std::pair<iceberg::ManifestContent, iceberg::SpecId>,
           std::vector<std::vector<ManifestFile>>>
      kinds;
  std::map<std::pair<iceberg::ManifestContent, iceberg::SpecId>, int64_t> open_bytes;
  for (const ManifestFile& manifest : manifests) {
    const std::pair kind{manifest.content, manifest.spec_id};
    auto& groups = kinds[kind];
    int64_t& bytes = open_bytes[kind];
    if (groups.empty() || bytes + manifest.length_bytes > ManifestRewriteAction::kMaxGroupBytes) {
      groups.emplace_back();
      bytes = 0;
    }
    groups.back().push_back(manifest);
    bytes += manifest.length_bytes;
  }
  std::vector<std::vector<ManifestFile>> all;
  for (auto& [kind, groups] : kinds) {
    std::move(groups.begin(), groups.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

class ManifestRewriteAction::Producer {
 public:
  Producer(const Table& table, ManifestRewrite rewrite, const CommitTools& tools)
      : rewrite_(std::move(rewrite)),
        version_(table.metadata->format_version),
        inputs_(rewrite_.manifests.begin(), rewrite_.manifests.end()),
        writer_(table.files, rewrite_.target, tools) {}

  Result<std::vector<iceberg::TableUpdate>> Prepare(const Table& base) {
    if (base.metadata->format_version != version_) {
      return Error(ErrorCode::kCommitConflict, "The table's format version has changed");
    }
    ASSIGN_OR_RETURN(const iceberg::Snapshot* head, writer_.Head(*base.metadata));
    ASSIGN_OR_RETURN(ManifestOutput output, writer_.Begin(base.metadata));
    ASSIGN_OR_RETURN(std::vector<ManifestFile> listed, writer_.files().List(head));
    std::vector<ManifestFile> replaced;
    std::vector<ManifestFile> kept;
    for (ManifestFile& manifest : listed) {
      bool is_input = inputs_.contains(manifest.path);
      (is_input ? replaced : kept).push_back(std::move(manifest));
    }
    if (replaced.size() != inputs_.size()) {
      return Error(ErrorCode::kCommitConflict,
                   "Manifests that are rewritten have left the branch meanwhile");
    }
    if (!written_) {
      RETURN_IF_ERROR(Rewrite(replaced, output));
    }
    std::vector<ManifestFile> manifests = created_;
    manifests.insert(manifests.end(), kept.begin(), kept.end());
    return writer_.Write(output, head, manifests, Operation::kReplace, Summary(head, kept.size()));
  }

  const SnapshotWriter& writer() const { return writer_; }
  int64_t created() const { return std::ssize(created_); }
  int64_t entries() const { return entries_; }

 private:
  /// Once: entries of existing files do not depend on the base.
  Status Rewrite(const std::vector<ManifestFile>& replaced, const ManifestOutput& output) {
    for (const std::vector<ManifestFile>& group : GroupsOf(replaced)) {
      ASSIGN_OR_RETURN(ClusteredManifests clustered,
                       WriteClustered(group, output, writer_.tools(), writer_.files()));
      entries_ += clustered.entries;
      std::ranges::move(clustered.manifests, std::back_inserter(created_));
      // What is written is out of memory, whatever comes of the commit.
      RETURN_IF_ERROR(writer_.files().Store(created_));
    }
    written_ = true;
    return {};
  }

  iceberg::SnapshotSummary Summary(const iceberg::Snapshot* head, size_t kept) const {
    std::vector<std::pair<std::string, std::string>> pairs = rewrite_.summary;
    pairs.emplace_back("manifests-created", std::to_string(created_.size()));
    pairs.emplace_back("manifests-kept", std::to_string(kept));
    pairs.emplace_back("manifests-replaced", std::to_string(inputs_.size()));
    pairs.emplace_back("entries-processed", std::to_string(entries_));
    return SummaryBuilder().Finish(head, pairs, writer_.tools().environment);
  }

  const ManifestRewrite rewrite_;
  const iceberg::FormatVersion version_;
  const std::set<std::string> inputs_;
  SnapshotWriter writer_;
  bool written_ = false;
  std::vector<ManifestFile> created_;
  int64_t entries_ = 0;
};

ManifestRewriteAction::ManifestRewriteAction(const Table& table,
                                             ManifestRewrite rewrite,
                                             const CommitTools& tools)
    : producer_(std::make_unique<Producer>(table, std::move(rewrite), tools)) {}

ManifestRewriteAction::~ManifestRewriteAction() = default;

Result<std::vector<iceberg::TableUpdate>> ManifestRewriteAction::Prepare(const Table& base) {
  return producer_->Prepare(base);
}

std::vector<std::string> ManifestRewriteAction::written_files() const {
  return producer_->writer().files().written();
}

std::vector<std::string> ManifestRewriteAction::needed_files() const {
  return producer_->writer().needed_files();
}

std::optional<iceberg::SnapshotId> ManifestRewriteAction::snapshot_id() const {
  return producer_->writer().snapshot_id();
}

int64_t ManifestRewriteAction::created_manifests() const { return producer_->created(); }

int64_t ManifestRewriteAction::processed_entries() const { return producer_->entries(); }

}  // namespace firn::table
