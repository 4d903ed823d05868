// The sub-commands of `firn`: each registers its flags with the parser and, when chosen, leaves
// what to do in `Chosen`.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/command/chosen.h"

namespace firn::cli {

void AddServe(CLI::App& app, Chosen& chosen);
void AddConfig(CLI::App& app, Chosen& chosen);
void AddNamespace(CLI::App& app, Chosen& chosen);
void AddTable(CLI::App& app, Chosen& chosen);
void AddView(CLI::App& app, Chosen& chosen);
void AddWarehouse(CLI::App& app, Chosen& chosen);
void AddJob(CLI::App& app, Chosen& chosen);
void AddAdmin(CLI::App& app, Chosen& chosen);

}  // namespace firn::cli
