#include "table/maintain/file_deletion.h"

#include <algorithm>
#include <array>
#include <utility>

#include "iceberg/metadata/table_properties.h"

namespace firn::table {
namespace {

constexpr std::array<std::string_view, 4> kFolderProperties{
    iceberg::kMetadataPathProperty, "write.data.path", "write.object-storage.path",
    "write.folder-storage.path"};

}  // namespace

TableFolders::TableFolders(const iceberg::TableMetadata& table) {
  Add(table.location);
  for (std::string_view property : kFolderProperties) {
    if (auto folder = table.FindProperty(property)) {
      Add(*folder);
    }
  }
}

void TableFolders::Add(std::string_view text) {
  auto parsed = storage::Location::Parse(text);
  auto holds = [&](const storage::Location& known) { return known.Contains(*parsed); };
  if (parsed.has_value() && std::ranges::none_of(locations_, holds)) {
    locations_.push_back(*std::move(parsed));
    texts_.emplace_back(storage::TrimTrailingSlashes(text));
  }
}

bool TableFolders::Hold(std::string_view location) const {
  auto parsed = storage::Location::Parse(location);
  return parsed.has_value() && std::ranges::any_of(locations_, [&](const auto& folder) {
           return folder.Contains(*parsed);
         });
}

bool FileDeletion::Add(UnusedFile file) {
  if (deleted_.stopped_by.has_value()) {
    return false;
  }
  if (named_.Names(file.location)) {
    return true;
  }
  if (mode_ == RunMode::kDryRun) {
    deleted_.Add(file.kind, file.bytes);
    return true;
  }
  MonotonicTime now = context_.tools.clock.Monotonic();
  if (batch_.empty()) {
    batch_began_ = now;
  }
  batch_.push_back(std::move(file));
  if (batch_.size() >= kMaxBatch || now - batch_began_ >= kMaxBatchAge) {
    Flush();
  }
  return !deleted_.stopped_by.has_value();
}

Status FileDeletion::LookAgain() {
  RETURN_IF_ERROR(context_.MayGoOn());
  ASSIGN_OR_RETURN(Table now, context_.catalog.Load(table_.identifier));
  if (now.metadata->uuid != table_.metadata->uuid) {
    return Error(ErrorCode::kCommitConflict,
                 "Another table has taken the place of " + table_.identifier.ToString());
  }
  return named_.AddTable(now);
}

void FileDeletion::Flush() {
  if (batch_.empty()) {
    return;
  }
  if (Status same = LookAgain(); !same.has_value()) {
    deleted_.stopped_by = TakeError(std::move(same));
  } else {
    std::erase_if(batch_, [&](const UnusedFile& file) { return named_.Names(file.location); });
    DeleteBatch();
  }
  batch_.clear();
}

void FileDeletion::DeleteBatch() {
  std::vector<std::string> locations;
  locations.reserve(batch_.size());
  for (const UnusedFile& file : batch_) {
    locations.push_back(file.location);
  }
  bool all = table_.files->DeleteMany(locations).has_value();
  int64_t failed = 0;
  std::optional<Error> last;
  for (const UnusedFile& file : batch_) {
    // Which of them failed is not told: each is asked for once more.
    Status gone = all ? Status() : table_.files->Delete(file.location);
    if (gone.has_value()) {
      deleted_.Add(file.kind, file.bytes);
    } else {
      ++failed;
      last = TakeError(std::move(gone));
    }
  }
  deleted_.failed += failed;
  if (failed > 0 && failed == std::ssize(batch_)) {
    deleted_.stopped_by = std::move(last);
  }
  context_.Tell(MaintenancePhase::kDeleting, deleted_.files(), 0);
}

DeletedFiles FileDeletion::Finish() {
  Flush();
  return std::move(deleted_);
}

}  // namespace firn::table
