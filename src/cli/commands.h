// The sub-commands of `firn`: each registers its flags with the parser and, when chosen, leaves
// what to do in `Chosen`.
//
// Exit codes: 0 success; 1 the command failed; 2 wrong usage or configuration; 3 what was named
// does not exist; 4 no server answers.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

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

void AddServe(CLI::App& app, Chosen& chosen);
void AddConfig(CLI::App& app, Chosen& chosen);
void AddNamespace(CLI::App& app, Chosen& chosen);
void AddTable(CLI::App& app, Chosen& chosen);
void AddView(CLI::App& app, Chosen& chosen);
void AddWarehouse(CLI::App& app, Chosen& chosen);
void AddJob(CLI::App& app, Chosen& chosen);
void AddAdmin(CLI::App& app, Chosen& chosen);

}  // namespace firn::cli
