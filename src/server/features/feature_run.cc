#include "server/features/feature_run.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace firn::server_features {
namespace {

/// A join sizes its parts by an estimate: this much more is an error.
constexpr int64_t kMemorySlack = 2;

Error TooLate() {
  return Error(ErrorCode::kDeadlineExceeded,
               "The answer took longer than features.request_timeout");
}

}  // namespace

FeatureRun::FeatureRun(RunInput input)
    : input_(std::move(input)),
      memory_(BoundedMemory::Make(input_.memory_bytes * kMemorySlack)),
      tables_(input_.environment, input_.call),
      scan_{.manifests = *input_.manifests,
            .pool = input_.pool,
            .readers = std::max(1U, std::thread::hardware_concurrency()),
            .read = {.stop = input_.stop}} {}

FeatureRun::~FeatureRun() { input_.ended(end_); }

Status FeatureRun::Check() const {
  if (std::chrono::steady_clock::now() >= input_.call.deadline) {
    return TooLate();
  }
  if (input_.stop.stop_requested()) {
    return Error(ErrorCode::kUnavailable, "The join was told to stop");
  }
  return {};
}

Error FeatureRun::Explained(Error error) const {
  if (error.code() == ErrorCode::kCommitStateUnknown) {
    return error;  // a limit would say that nothing was done
  }
  if (std::chrono::steady_clock::now() >= input_.call.deadline) {
    return TooLate();
  }
  if (memory_->was_exceeded()) {
    return Error(ErrorCode::kPayloadTooLarge,
                 "The answer needs more memory than features.memory_bytes");
  }
  return error;
}

}  // namespace firn::server_features
