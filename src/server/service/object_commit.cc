#include "server/service/object_commit.h"

#include <utility>

#include "base/crash_point.h"
#include "server/service/stored_version.h"

namespace firn::service {
namespace {

void DiscardAll(const Environment& environment, std::span<const WrittenMetadata> written) {
  for (const WrittenMetadata& file : written) {
    environment.cache.Erase(file.entry->location());
    DiscardAttempt(environment, file.entry->location());
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
  auto result = environment.store.Execute(
      std::move(commit), MakeMutationContext(environment, call, attempt, std::move(reference)));
  bool unknown = !result.has_value() && result.error().code() == ErrorCode::kCommitStateUnknown;
  bool took_effect = result.has_value() && !result->replayed;
  if (!took_effect && !unknown) {
    DiscardAll(environment, written);
  }
  if (!took_effect) {
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

}  // namespace firn::service
