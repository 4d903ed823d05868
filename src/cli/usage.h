// What to say where the arguments were not understood.
//
// Thread-safety: pure.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace firn::cli {

/// One line: what is wrong, the nearest known word, and where help is. `app` is the program after
/// it failed to parse with `error`.
std::string ExplainUsage(const CLI::App& app, const CLI::ParseError& error);

/// Whether a word stands where a command belongs and is none: then nobody is helped by the help of
/// what was understood. `app` as above.
bool NamesUnknownCommand(const CLI::App& app);

}  // namespace firn::cli
