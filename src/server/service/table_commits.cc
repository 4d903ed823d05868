#include "server/service/table_commits.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "iceberg/metadata/apply_updates.h"
#include "server/service/commit_locks.h"
#include "server/service/locations.h"
#include "server/service/names.h"
#include "server/service/object_commit.h"
#include "server/service/stored_version.h"
#include "server/service/tables.h"
#include "storage/call_deadline.h"
#include "storage/location.h"

namespace firn::service {
namespace {

using iceberg::TableMetadataPtr;
using iceberg::TableUpdate;
using store::ObjectKind;

/// How long files of a storage behind a network are read to see whose they are, before they are
/// deleted: all together. What is not known by then stays.
constexpr std::chrono::milliseconds kMaxOwnerLookTime{500};

template <class Update>
bool HasUpdate(std::span<const TableUpdate> updates) {
  return std::any_of(updates.begin(), updates.end(), [](const TableUpdate& update) {
    return std::holds_alternative<Update>(update);
  });
}

/// The uuid that a creation brings along, as a stage gave it out; nullopt for none.
Result<std::optional<Uuid>> ChosenUuid(std::span<const TableUpdate> updates) {
  std::optional<Uuid> chosen;
  for (const TableUpdate& update : updates) {
    if (const auto* assign = std::get_if<iceberg::AssignUuid>(&update)) {
      chosen = Uuid::Parse(assign->uuid);
      if (!chosen) {
        return Error(ErrorCode::kInvalidArgument, "Cannot assign uuid: it is no UUID");
      }
    }
  }
  return chosen;
}

Status CheckNamedOnce(std::span<const TableChange> changes) {
  std::set<TableIdentifier> seen;
  for (const TableChange& change : changes) {
    if (!seen.insert(change.identifier).second) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Invalid transaction: {} is named more than once",
                               change.identifier.ToString()));
    }
  }
  return {};
}

}  // namespace

Result<Answer<MetadataEntryPtr>> TableCommitService::Commit(const CallContext& call,
                                                            const TableChange& change) {
  ASSIGN_OR_RETURN(auto answer, Run(call, std::span(&change, 1)));
  if (auto* replayed = std::get_if<store::StoredOutcome>(&answer)) {
    return std::move(*replayed);
  }
  return std::get<std::vector<MetadataEntryPtr>>(answer).front();
}

Result<Answer<std::monostate>> TableCommitService::CommitAll(const CallContext& call,
                                                             std::span<const TableChange> changes) {
  RETURN_IF_ERROR(CheckNamedOnce(changes));
  if (changes.empty()) {
    return std::monostate();
  }
  ASSIGN_OR_RETURN(auto answer, Run(call, changes));
  if (auto* replayed = std::get_if<store::StoredOutcome>(&answer)) {
    return std::move(*replayed);
  }
  return std::monostate();
}

Result<Answer<std::vector<MetadataEntryPtr>>> TableCommitService::Run(
    const CallContext& call, std::span<const TableChange> changes) {
  ASSIGN_OR_RETURN(CommitLocks::Held held, Lock(call, changes));
  std::vector<Prepared> prepared;
  auto answer =
      RetryLostRaces(environment_, call,
                     [&](const Uuid& attempt) -> Result<Answer<std::vector<MetadataEntryPtr>>> {
                       ASSIGN_OR_RETURN(prepared, PrepareAll(call, changes));
                       return Swap(call, changes, prepared, attempt);
                     });
  held = CommitLocks::Held();  // the tables' other commits need not wait for what is cleaned up
  if (answer.has_value() && std::holds_alternative<std::vector<MetadataEntryPtr>>(*answer)) {
    ForgetReplaced(prepared);
  }
  return answer;
}

Result<CommitLocks::Held> TableCommitService::Lock(const CallContext& call,
                                                   std::span<const TableChange> changes) {
  std::vector<store::ObjectId> objects;
  for (const TableChange& change : changes) {
    ASSIGN_OR_RETURN(auto record,
                     environment_.store.FindObject(call.warehouse.id, change.identifier,
                                                   ObjectKind::kTable, call.deadline));
    if (record) {
      objects.push_back(record->id);
    }
  }
  return environment_.locks.Acquire(objects, call.deadline);
}

Result<std::vector<TableCommitService::Prepared>> TableCommitService::PrepareAll(
    const CallContext& call, std::span<const TableChange> changes) {
  std::vector<Prepared> all;
  for (const TableChange& change : changes) {
    ASSIGN_OR_RETURN(Prepared prepared, Prepare(call, change));
    all.push_back(std::move(prepared));
  }
  return all;
}

Result<TableCommitService::Prepared> TableCommitService::Prepare(const CallContext& call,
                                                                 const TableChange& change) {
  Prepared prepared;
  ASSIGN_OR_RETURN(prepared.record,
                   environment_.store.FindObject(call.warehouse.id, change.identifier,
                                                 ObjectKind::kTable, call.deadline));
  if (!prepared.record) {
    if (iceberg::IsCreate(change.requirements)) {
      return PrepareCreation(call, change);
    }
    return NoSuchTable(change.identifier);
  }
  const std::string& location = prepared.record->pointer.metadata_location;
  ASSIGN_OR_RETURN(prepared.base, LoadTableEntry(environment_, location));
  const TableMetadataPtr& base = prepared.base->table();
  if (Status met = iceberg::CheckRequirements(base.get(), change.requirements); !met.has_value()) {
    prepared.rebased = RebaseAppend(environment_, call.warehouse, *base, change);
    if (!prepared.rebased) {
      return std::move(met).error();
    }
  }
  const auto& updates = prepared.rebased ? prepared.rebased->updates : change.updates;
  ASSIGN_OR_RETURN(prepared.result,
                   iceberg::ApplyUpdates(base, updates, ContextOf(call, location)));
  if (prepared.result->location != base->location) {
    RETURN_IF_ERROR(CheckAllowed(environment_, call.warehouse, prepared.result->location));
  }
  return prepared;
}

iceberg::ApplyContext TableCommitService::ContextOf(const CallContext& call,
                                                    std::string_view base_location) const {
  return {.now = environment_.clock.Now(),
          .base_metadata_location = base_location,
          .expired = [deadline = call.deadline] {
            return std::chrono::steady_clock::now() > deadline;
          }};
}

Result<TableCommitService::Prepared> TableCommitService::PrepareCreation(
    const CallContext& call, const TableChange& change) {
  RETURN_IF_ERROR(CheckIdentifier(change.identifier, "table"));
  ASSIGN_OR_RETURN(store::NamespaceRecord name_space,
                   environment_.store.GetNamespace(call.warehouse.id, change.identifier.name_space,
                                                   call.deadline));
  RETURN_IF_ERROR(iceberg::CheckRequirements(nullptr, change.requirements));
  std::vector<TableUpdate> updates;
  ASSIGN_OR_RETURN(std::optional<Uuid> chosen, ChosenUuid(change.updates));
  Uuid uuid = chosen.value_or(Uuid::Random());
  if (!chosen) {
    updates.emplace_back(iceberg::AssignUuid{uuid.ToString()});
  }
  if (!HasUpdate<iceberg::SetLocation>(change.updates)) {
    updates.emplace_back(iceberg::SetLocation{
        DefaultLocation(call.warehouse, name_space, change.identifier.name, uuid)});
  }
  updates.insert(updates.end(), change.updates.begin(), change.updates.end());
  Prepared prepared;
  ASSIGN_OR_RETURN(prepared.result, iceberg::ApplyUpdates(nullptr, updates, ContextOf(call, {})));
  RETURN_IF_ERROR(CheckAllowed(environment_, call.warehouse, prepared.result->location));
  return prepared;
}

Result<Answer<std::vector<MetadataEntryPtr>>> TableCommitService::Swap(
    const CallContext& call,
    std::span<const TableChange> changes,
    std::span<const Prepared> prepared,
    const Uuid& attempt) {
  store::CommitObjects commit;
  std::vector<WrittenMetadata> written;
  std::vector<std::string> locations;
  std::vector<MetadataEntryPtr> entries;
  for (size_t i = 0; i < changes.size(); ++i) {
    const Prepared& change = prepared[i];
    if (change.base != nullptr && change.result == change.base->table()) {
      entries.push_back(change.base);  // nothing to change
      continue;
    }
    auto file = WriteFiles(call, change, attempt);
    if (!file.has_value()) {
      DiscardAttempt(environment_, locations);
      return TakeError(std::move(file));
    }
    commit.changes.push_back(ChangeOf(changes[i], change, file->pointer));
    entries.push_back(file->entry);
    std::ranges::copy(file->locations(), std::back_inserter(locations));
    written.push_back(*std::move(file));
  }
  if (commit.changes.empty() && !call.idempotency) {
    return entries;
  }
  std::string reference = changes.size() == 1 ? ReferenceTo(*entries.front()) : std::string();
  ASSIGN_OR_RETURN(
      store::MutationResult result,
      CommitFiles(environment_, call, attempt, std::move(commit), std::move(reference), written));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  return entries;
}

Result<WrittenMetadata> TableCommitService::WriteFiles(const CallContext& call,
                                                       const Prepared& prepared,
                                                       const Uuid& attempt) {
  const std::string list = prepared.rebased ? prepared.rebased->list_location : std::string();
  if (!list.empty()) {
    RETURN_IF_ERROR(WriteUnnamed(environment_, list, prepared.rebased->list_bytes));
  }
  auto file =
      WriteTableMetadata(environment_, call.warehouse, prepared.result,
                         prepared.base == nullptr ? "" : prepared.base->location(), attempt);
  if (file.has_value()) {
    file->manifest_list = list;
  } else if (!list.empty()) {
    Discard(environment_, std::span(&list, 1));
  }
  return file;
}

store::ObjectChange TableCommitService::ChangeOf(const TableChange& change,
                                                 const Prepared& prepared,
                                                 const store::ObjectPointer& pointer) {
  if (!prepared.record) {
    return store::CreateObject{change.identifier, ObjectKind::kTable, pointer};
  }
  return store::SwapObject{.identifier = change.identifier,
                           .kind = ObjectKind::kTable,
                           .id = prepared.record->id,
                           .expected_version = prepared.record->version,
                           .pointer = pointer};
}

void TableCommitService::ForgetReplaced(std::span<const Prepared> prepared) {
  std::vector<std::string> files;
  {
    storage::CallDeadline brief(environment_.clock.Monotonic() + kMaxOwnerLookTime);
    for (const Prepared& change : prepared) {
      if (change.base != nullptr && change.base->table() != change.result) {
        // Nobody asks for the file that was replaced; its memory goes to tables that are asked for.
        environment_.cache.Erase(change.base->location());
        AddOldMetadata(*change.base->table(), *change.result, files);
      }
    }
  }
  for (const std::string& file : files) {
    environment_.cache.Erase(file);
  }
  Discard(environment_, files);
}

void TableCommitService::AddOldMetadata(const iceberg::TableMetadata& before,
                                        const iceberg::TableMetadata& after,
                                        std::vector<std::string>& files) {
  if (!iceberg::BoolProperty(*after.properties, iceberg::kDeleteAfterCommitProperty, false)) {
    return;
  }
  for (const iceberg::MetadataLogEntry& old : iceberg::DroppedMetadataLog(before, after)) {
    if (IsOwnMetadata(after, old.metadata_file)) {
      files.push_back(old.metadata_file);
    }
  }
}

bool TableCommitService::IsOwnMetadata(const iceberg::TableMetadata& table,
                                       const std::string& file) {
  // A log may name any file: only those below the table's location are surely its own.
  auto location = storage::Location::Parse(file);
  auto own = storage::Location::Parse(table.location);
  if (!location.has_value() || (own.has_value() && own->Contains(*location))) {
    return location.has_value();
  }
  // Tables may share the folder of their metadata: the file itself tells whose it is.
  auto folder = storage::Location::Parse(
      table.FindProperty(iceberg::kMetadataPathProperty).value_or(std::string_view()));
  if (!folder.has_value() || !folder->Contains(*location)) {
    return false;
  }
  auto entry = LoadTableEntry(environment_, file);
  return entry.has_value() && (*entry)->table()->uuid == table.uuid;
}

}  // namespace firn::service
