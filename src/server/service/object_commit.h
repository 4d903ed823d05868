// CommitFiles: moves pointers to metadata files that are already written, and deletes the files of
// an attempt that is proven lost. Every creation, swap and transaction ends here, every drop in
// DropOne; both count what took effect and what is unknown.
// RetryLostRaces: the one loop that does a change again when another came first.
//
// Errors: those of store::CommitObjects; then the files have been deleted. kCommitStateUnknown
// where it cannot be told whether the change happened; then the files stay. Thread-safety: any
// thread.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "server/service/commit_counters.h"
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

/// CommitFiles for one change whose reference is the version that it writes.
Result<Answer<MetadataEntryPtr>> CommitOne(const Environment& environment,
                                           const CallContext& call,
                                           const Uuid& attempt,
                                           store::ObjectChange change,
                                           const WrittenMetadata& written);

/// Takes an object out of the catalog; counts how that ended, as CommitFiles does.
Result<store::MutationResult> DropOne(const Environment& environment,
                                      const CallContext& call,
                                      const Uuid& attempt,
                                      store::DropObject drop,
                                      std::string reference);

/// Counts a change that was refused for another one.
inline void CountConflict(CommitCounters& counters, const Error& error) {
  if (error.code() == ErrorCode::kLostRace || error.code() == ErrorCode::kCommitConflict) {
    counters.conflicts.fetch_add(1, std::memory_order_relaxed);
  }
}

/// Runs `attempt`, a function of a fresh attempt id, and again while another change comes first:
/// at most ServiceOptions::commit_retries times more, and not past the call's deadline.
template <class Attempt>
auto RetryLostRaces(const Environment& environment, const CallContext& call, Attempt attempt) {
  int64_t retries = environment.options.commit_retries;
  while (true) {
    auto result = attempt(Uuid::TimeOrdered(environment.clock.Now()));
    bool lost = !result.has_value() && result.error().code() == ErrorCode::kLostRace;
    if (!lost || retries == 0 || environment.clock.Monotonic() > call.deadline) {
      if (!result.has_value()) {
        CountConflict(environment.counters, result.error());
      }
      return result;
    }
    --retries;
    environment.counters.retries.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace firn::service
