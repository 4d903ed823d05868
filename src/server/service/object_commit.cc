#include "server/service/object_commit.h"

#include <utility>

#include "base/crash_point.h"

namespace firn::service {
namespace {

void DiscardAll(const Environment& environment, std::span<const WrittenMetadata> written) {
  for (const WrittenMetadata& file : written) {
    environment.cache.Erase(file.entry->location());
    Discard(environment, file.entry->location());
  }
}

/// Decides what became of an attempt whose reply was lost.
Result<store::MutationResult> Settle(const Environment& environment,
                                     const Uuid& attempt,
                                     std::span<const WrittenMetadata> written) {
  ASSIGN_OR_RETURN(store::AttemptState state, environment.store.ResolveAttempt(attempt));
  if (state == store::AttemptState::kCommitted) {
    return store::MutationResult();
  }
  DiscardAll(environment, written);
  return Error(ErrorCode::kUnavailable, "The catalog database did not commit; nothing was changed");
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
  auto result = environment.store.Execute(
      std::move(commit), MakeMutationContext(environment, call, attempt, std::move(reference)));
  if (!result.has_value()) {
    if (result.error().code() != ErrorCode::kCommitStateUnknown) {
      DiscardAll(environment, written);
      return result;
    }
    result = Settle(environment, attempt, written);
    if (!result.has_value()) {
      return result;
    }
  }
  if (result->replayed) {
    DiscardAll(environment, written);
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
                               written.entry->location(), std::span(&written, 1)));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  return written.entry;
}

}  // namespace firn::service
