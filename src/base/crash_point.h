// Named places where a test may have the process die as by `kill -9`: start it with
// FIRN_CRASH_POINT=<name>. Costs one comparison when not armed.
#pragma once

#include <span>
#include <string_view>

namespace firn {

/// Every name that CrashPoint() is called with; `firn admin crash-points` prints them.
std::span<const std::string_view> CrashPointNames();

/// Kills the process (SIGKILL) where FIRN_CRASH_POINT names this point.
void CrashPoint(std::string_view name);

}  // namespace firn
