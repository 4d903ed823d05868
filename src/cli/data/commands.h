// The commands of `firn` on what tables hold; each registers its flags with the parser.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/command/chosen.h"

namespace firn::cli {

/// `firn scan`: the rows of a table.
void AddScan(CLI::App& app, Chosen& chosen);
/// `firn append`: a Parquet file's rows into a table.
void AddAppend(CLI::App& app, Chosen& chosen);
/// `firn maintain`: compact, expire, rewrite-manifests, orphans, clean-metadata.
void AddMaintain(CLI::App& app, Chosen& chosen);
/// `firn plan`: which files a scan reads, and why not the others.
void AddPlan(CLI::App& app, Chosen& chosen);
/// Of `firn table`: history, snapshots, refs, files, partitions, diff.
void AddTableInspection(CLI::App& group, Chosen& chosen);

}  // namespace firn::cli
