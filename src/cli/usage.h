// Arguments that mean nothing, and what to say where they were not understood.
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

/// No flag of the program takes an empty text, as one is where a script's variable is not set: it
/// would count as a flag that is not given. Settings do (settings_flags.h): it is how one is
/// emptied.
void RefuseEmptyValues(CLI::App& app);

}  // namespace firn::cli
