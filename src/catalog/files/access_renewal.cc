#include "catalog/files/access_renewal.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace firn::catalog {
namespace {

/// Earliest end of any of its credentials.
std::optional<TimestampMs> EndOf(const FileAccess& access) {
  std::optional<TimestampMs> earliest;
  auto look = [&earliest](const iceberg::PropertyMap& options) {
    auto found = options.find(std::string(kExpiryOption));
    if (found == options.end()) {
      return;
    }
    int64_t ms = 0;
    const std::string& text = found->second;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
    bool is_number = error == std::errc() && end == text.data() + text.size();
    if (is_number && (!earliest || ms < earliest->value())) {
      earliest = TimestampMs(ms);
    }
  };
  look(access.options);
  std::ranges::for_each(access.scoped, look, &ScopedOptions::options);
  return earliest;
}

}  // namespace

AccessRenewal::AccessRenewal(FileAccess access, const Clock& clock)
    : clock_(clock), held_(HoldNow(std::move(access))) {}

AccessRenewal::Held AccessRenewal::HoldNow(FileAccess access) const {
  Held held;
  if (access.renew) {
    held.ends = EndOf(access);
  }
  if (held.ends) {
    int64_t now = clock_.Now().value();
    int64_t life = std::max<int64_t>(held.ends->value() - now, 0);
    int64_t margin = std::min<int64_t>(kMaxMargin.count(), life / 4);
    // Also where what came is over already: no flood of renewals.
    held.due = TimestampMs(std::max(held.ends->value() - margin, now + kPause.count()));
  }
  held.access = std::make_shared<const FileAccess>(std::move(access));
  return held;
}

AccessRenewal::Held AccessRenewal::Current() {
  std::scoped_lock lock(mutex_);
  return held_;
}

bool AccessRenewal::IsDue(const Held& held) const {
  return held.ends && clock_.Now().value() >= held.due.value();
}

bool AccessRenewal::IsOver(const Held& held) const {
  return held.ends && clock_.Now().value() >= held.ends->value();
}

Result<std::shared_ptr<const FileAccess>> AccessRenewal::Get() {
  Held held = Current();
  if (!IsDue(held)) {
    return held.access;
  }
  std::unique_lock renewing(renewing_, std::defer_lock);
  if (IsOver(held)) {
    renewing.lock();
  } else if (!renewing.try_lock()) {
    return held.access;
  }
  held = Current();
  if (!IsDue(held)) {
    return held.access;  // another thread has done it
  }
  auto renewed = held.access->renew();
  if (renewed.has_value()) {
    held = HoldNow(*std::move(renewed));
  } else if (IsOver(held)) {
    return TakeError(std::move(renewed));
  } else {
    held.due = TimestampMs(clock_.Now().value() + kPause.count());
  }
  std::scoped_lock lock(mutex_);
  held_ = held;
  return held_.access;
}

}  // namespace firn::catalog
