// Chosen: what the sub-command that was named does, once the flags are read.
//
// Exit codes: 0 success; 1 the command failed; 2 wrong usage or configuration; 3 what was named
// does not exist; 4 no server answers.
#pragma once

#include <functional>

#include "base/result.h"

namespace firn::cli {

inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitNotFound = 3;
inline constexpr int kExitUnavailable = 4;

/// Set by the sub-command that was chosen.
struct Chosen {
  std::function<Status()> action;
};

}  // namespace firn::cli
