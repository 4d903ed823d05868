#include "server/service/object_commit.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/crash_point.h"
#include "server/service/stored_version.h"

namespace firn::service {
namespace {

void DiscardAll(const Environment& environment, std::span<const WrittenMetadata> written) {
  std::vector<std::string> locations;
  for (const WrittenMetadata& file : written) {
    environment.cache.Erase(file.entry->location());
    std::ranges::move(file.locations(), std::back_inserter(locations));
  }
  DiscardAttempt(environment, locations);
}

bool IsUnknown(const Result<store::MutationResult>& result) {
  return !result.has_value() && result.error().code() == ErrorCode::kCommitStateUnknown;
}

/// A replay took effect before, and was counted then.
bool TookEffect(const Result<store::MutationResult>& result) {
  return result.has_value() && !result->replayed;
}

void CountEnd(CommitCounters& counters, const Result<store::MutationResult>& result) {
  if (TookEffect(result)) {
    counters.committed.fetch_add(1, std::memory_order_relaxed);
  } else if (IsUnknown(result)) {
    counters.unknown.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace

Result<store::MutationResult> CommitFiles(const Environment& environment,
                                          const CallContext& call,
                                          const Uuid& attempt,
                                          store::CommitObjects commit,
                                          std::string reference,
                                          std::span<const WrittenMetadata> written) {
  // In memory before the pointer moves: the first reader of the new pointer parses no file.
  for (const WrittenMetadata& file : written) {
    environment.cache.Insert(file.entry);
  }
  bool changes = !commit.changes.empty();
  auto result = environment.store.Execute(
      std::move(commit), MakeMutationContext(environment, call, attempt, std::move(reference)));
  if (changes) {
    CountEnd(environment.counters, result);
  }
  if (TookEffect(result)) {
    auto moved = std::ranges::count_if(
        written, [](const WrittenMetadata& file) { return !file.manifest_list.empty(); });
    environment.counters.rebased.fetch_add(static_cast<uint64_t>(moved), std::memory_order_relaxed);
  }
  if (!TookEffect(result) && !IsUnknown(result)) {
    DiscardAll(environment, written);
  }
  if (!TookEffect(result)) {
    return result;
  }
  CrashPoint("commit.before_reply");
  return result;
}

Result<Answer<MetadataEntryPtr>> CommitOne(const Environment& environment,
                                           const CallContext& call,
                                           const Uuid& attempt,
                                           store::ObjectChange change,
                                           const WrittenMetadata& written) {
  store::CommitObjects commit;
  commit.changes.push_back(std::move(change));
  ASSIGN_OR_RETURN(store::MutationResult result,
                   CommitFiles(environment, call, attempt, std::move(commit),
                               ReferenceTo(*written.entry), std::span(&written, 1)));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  return written.entry;
}

Result<store::MutationResult> DropOne(const Environment& environment,
                                      const CallContext& call,
                                      const Uuid& attempt,
                                      store::DropObject drop,
                                      std::string reference) {
  auto result = environment.store.Execute(
      std::move(drop), MakeMutationContext(environment, call, attempt, std::move(reference)));
  CountEnd(environment.counters, result);
  return result;
}

}  // namespace firn::service
