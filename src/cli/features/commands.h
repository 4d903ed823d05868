// The commands of `firn features`; each registers its flags with the parser.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/command/chosen.h"

namespace firn::cli {

/// `firn features`: the commands below.
void AddFeatures(CLI::App& app, Chosen& chosen);

/// `firn features join`: an entity frame with what was known of it.
void AddJoin(CLI::App& group, Chosen& chosen);
/// `firn features latest`: the newest row of every key of a table.
void AddLatest(CLI::App& group, Chosen& chosen);

}  // namespace firn::cli
