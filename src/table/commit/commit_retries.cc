#include "table/commit/commit_retries.h"

#include <algorithm>
#include <string>

namespace firn::table {
namespace {

/// A span longer than this is no span (the shift below stays in range).
constexpr int32_t kMostDoublings = 30;

}  // namespace

Result<CommitRetries> ReadCommitRetries(const iceberg::PropertyMap& properties,
                                        std::string_view prefix,
                                        const CommitRetries& defaults) {
  auto read = [&](std::string_view suffix, int64_t value) {
    return iceberg::IntProperty(properties, std::string(prefix) + std::string(suffix),
                                static_cast<int32_t>(value));
  };
  CommitRetries retries;
  ASSIGN_OR_RETURN(retries.retries, read(".num-retries", defaults.retries));
  ASSIGN_OR_RETURN(int32_t min_wait, read(".min-wait-ms", defaults.min_wait.count()));
  ASSIGN_OR_RETURN(int32_t max_wait, read(".max-wait-ms", defaults.max_wait.count()));
  ASSIGN_OR_RETURN(int32_t total, read(".total-timeout-ms", defaults.total.count()));
  retries.min_wait = std::chrono::milliseconds(std::max(min_wait, 0));
  retries.max_wait = std::chrono::milliseconds(std::max({max_wait, min_wait, 0}));
  retries.total = std::chrono::milliseconds(total);
  return retries;
}

CommitPauses::CommitPauses(const CommitRetries& retries, const CommitTools& tools)
    : retries_(retries), tools_(tools), deadline_(tools.clock.Monotonic() + retries.total) {}

bool CommitPauses::Wait() {
  if (waited_ >= retries_.retries) {
    return false;
  }
  int64_t doubled = retries_.min_wait.count() << std::min(waited_, kMostDoublings);
  int64_t span = std::clamp(doubled, retries_.min_wait.count(), retries_.max_wait.count());
  // Between a half and the whole of the span.
  int64_t half = span / 2;
  auto jitter = static_cast<int64_t>(tools_.random_bits() % static_cast<uint64_t>(span - half + 1));
  std::chrono::milliseconds pause(half + jitter);
  if (tools_.clock.Monotonic() + pause > deadline_) {
    return false;
  }
  ++waited_;
  tools_.sleep(pause);
  return true;
}

}  // namespace firn::table
