#include "server/service/purge_scope.h"

#include <algorithm>

#include <fmt/format.h>

#include "iceberg/metadata/table_properties.h"

namespace firn::service {

void PurgeScope::AddFolders(const iceberg::TableMetadata& metadata) {
  AddFolder(payload_.location, FolderKind::kLocation);
  AddFolder(metadata.location, FolderKind::kLocation);
  if (auto folder = metadata.FindProperty(iceberg::kMetadataPathProperty)) {
    AddFolder(*folder, FolderKind::kMetadata);
  }
}

void PurgeScope::AddFolder(std::string_view text, FolderKind kind) {
  auto location = storage::Location::Parse(text);
  if (!location.has_value()) {
    return;
  }
  auto known = std::ranges::find(folders_, *location, &Folder::location);
  if (known == folders_.end()) {
    folders_.push_back(
        {std::string(storage::TrimTrailingSlashes(text)), *std::move(location), kind});
  } else if (kind == FolderKind::kLocation) {
    known->kind = kind;
  }
}

Status PurgeScope::Refresh() {
  in_use_.clear();
  RETURN_IF_ERROR(RefreshOwn());
  auto own = storage::Location::Parse(payload_.location);
  for (Folder& folder : folders_) {
    if (own.has_value() && folder.location == *own) {
      folder.shared = false;
      continue;
    }
    ASSIGN_OR_RETURN(auto others, environment_.store.FindReferencing("", folder.text, kNoDeadline));
    folder.shared = !others.empty();
  }
  return {};
}

Status PurgeScope::RefreshOwn() {
  ASSIGN_OR_RETURN(auto others, environment_.store.FindReferencing(payload_.uuid, payload_.location,
                                                                   kNoDeadline));
  ASSIGN_OR_RETURN(storage::Location own, storage::Location::Parse(payload_.location));
  for (const store::ObjectRecord& other : others) {
    auto location = storage::Location::Parse(other.pointer.location);
    bool is_table = other.kind == store::ObjectKind::kTable;
    bool overlaps = is_table && location.has_value() && storage::Overlap(*location, own);
    if (other.pointer.uuid == payload_.uuid || overlaps) {
      return Error(ErrorCode::kCommitConflict,
                   fmt::format("Not purged: {} is in use by {} {}", payload_.location,
                               is_table ? "table" : "view", other.name));
    }
    if (location.has_value() && !location->Contains(own)) {
      in_use_.push_back(*location);
    }
    if (auto file = storage::Location::Parse(other.pointer.metadata_location); file.has_value()) {
      in_use_.push_back(*file);
    }
  }
  return {};
}

Claim PurgeScope::Judge(std::string_view location, FileKind kind) const {
  auto file = storage::Location::Parse(location);
  if (!file.has_value()) {
    return Claim::kOutOfReach;
  }
  auto holds = [&](const storage::Location& place) { return place.Contains(*file); };
  if (std::ranges::any_of(in_use_, holds)) {
    return Claim::kInUse;
  }
  bool owned = std::ranges::any_of(folders_, [&](const Folder& folder) {
    bool for_it = folder.kind == FolderKind::kLocation || kind == FileKind::kMetadata;
    return !folder.shared && for_it && holds(folder.location);
  });
  return owned ? Claim::kOwned : Claim::kOutside;
}

bool PurgeScope::OwnsFolder(std::string_view location) const {
  auto wanted = storage::Location::Parse(location);
  return wanted.has_value() && std::ranges::any_of(folders_, [&](const Folder& folder) {
           return !folder.shared && folder.location.Contains(*wanted) &&
                  !(folder.location == *wanted);
         });
}

std::vector<std::string> PurgeScope::Folders() const {
  std::vector<std::string> texts;
  for (const Folder& folder : folders_) {
    if (!folder.shared) {
      texts.push_back(folder.text);
    }
  }
  return texts;
}

}  // namespace firn::service
