// SharedDefinitions: definitions for many callers at once. Callers that wait for the same thing
// share one look at it: who comes while one goes on takes the next, which so has what was committed
// before the call; and only one of those who wait for that does it.
//
// A call takes the time of two looks at most, however many there are. Errors: those of the
// definitions; kInternal for an exception. Thread-safety: any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/result.h"
#include "features/definitions/definitions.h"

namespace firn::features {

class SharedDefinitions final : public Definitions {
 public:
  explicit SharedDefinitions(std::unique_ptr<Definitions> definitions)
      : definitions_(std::move(definitions)) {}

  const std::string& name() const override { return definitions_->name(); }
  Result<std::shared_ptr<const FeastRegistry>> Load() override;
  /// Callers that wait for a look of another's to end.
  int waiting() const;

 private:
  using Loaded = Result<std::shared_ptr<const FeastRegistry>>;

  Loaded Look();

  const std::unique_ptr<Definitions> definitions_;
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  int waiting_ = 0;
  /// Looks that have begun; the last of them goes on while `looking_`.
  uint64_t begun_ = 0;
  bool looking_ = false;
  /// What the last look that ended has found.
  Loaded found_ = std::shared_ptr<const FeastRegistry>();
};

}  // namespace firn::features
