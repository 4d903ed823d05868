// AccessRenewal: a table's FileAccess, renewed before the first of its credentials ends
// (kExpiryOption): kMaxMargin before, or for a quarter of its life where that is shorter. One
// thread renews while others go on with what there is; once it is over they wait. What says no end
// is not renewed. A renewal that fails is told only where nothing valid is left, and tried again
// after kPause.
//
// Errors: those of FileAccess::renew. Thread-safety: any thread.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/files/table_files.h"

namespace firn::catalog {

class AccessRenewal {
 public:
  static constexpr std::chrono::milliseconds kMaxMargin{300'000};
  static constexpr std::chrono::milliseconds kPause{1'000};

  /// `clock` must outlive this.
  AccessRenewal(FileAccess access, const Clock& clock);

  /// What is valid now.
  Result<std::shared_ptr<const FileAccess>> Get();

 private:
  struct Held {
    std::shared_ptr<const FileAccess> access;
    /// nullopt: it has no end, or nobody renews it.
    std::optional<TimestampMs> ends;
    /// From when on it is to be renewed.
    TimestampMs due;
  };

  Held HoldNow(FileAccess access) const;
  Held Current();
  bool IsDue(const Held& held) const;
  bool IsOver(const Held& held) const;

  const Clock& clock_;
  /// Who renews.
  std::mutex renewing_;
  std::mutex mutex_;
  Held held_;
};

}  // namespace firn::catalog
