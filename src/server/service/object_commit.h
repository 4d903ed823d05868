// CommitFiles: moves pointers to metadata files that are already written, and settles what happened
// when the database's reply is lost. Every creation, swap and transaction ends here.
//
// Errors: those of store::CommitObjects; then the files have been deleted. kCommitStateUnknown
// where it cannot be told whether the change happened; then the files stay. Thread-safety: any
// thread.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "server/service/environment.h"
#include "server/service/metadata_files.h"
#include "server/service/namespaces.h"

namespace firn::service {

/// `reference` is what a replay is rendered from; `written` the files that the changes name. On
/// success they are in the cache.
Result<store::MutationResult> CommitFiles(const Environment& environment,
                                          const CallContext& call,
                                          const Uuid& attempt,
                                          store::CommitObjects commit,
                                          std::string reference,
                                          std::span<const WrittenMetadata> written);

/// CommitFiles for one change whose reference is its metadata location.
Result<Answer<MetadataEntryPtr>> CommitOne(const Environment& environment,
                                           const CallContext& call,
                                           const Uuid& attempt,
                                           store::ObjectChange change,
                                           const WrittenMetadata& written);

/// Runs `attempt` again while it loses against commits in between, as often as commits are retried.
template <class Attempt>
auto RetryLostRaces(const Environment& environment, Attempt attempt) {
  auto result = attempt();
  for (int64_t retry = 0; retry < environment.options.commit_retries; ++retry) {
    if (result.has_value() || result.error().code() != ErrorCode::kCommitConflict) {
      break;
    }
    result = attempt();
  }
  return result;
}

}  // namespace firn::service
