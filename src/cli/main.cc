// firn: one program, the catalog server and the command line to it.
#include <cstdio>
#include <system_error>

#include <fmt/format.h>

#include "base/heap.h"
#include "cli/command/terminal_text.h"
#include "cli/commands.h"
#include "cli/data/commands.h"
#include "cli/features/commands.h"
#include "cli/usage.h"

namespace {

int ExitCode(firn::ErrorCode code) {
  switch (code) {
    case firn::ErrorCode::kInvalidArgument:
      return firn::cli::kExitUsage;
    case firn::ErrorCode::kNotFound:
    case firn::ErrorCode::kNoSuchNamespace:
    case firn::ErrorCode::kNoSuchTable:
    case firn::ErrorCode::kNoSuchView:
    case firn::ErrorCode::kNoSuchWarehouse:
      return firn::cli::kExitNotFound;
    case firn::ErrorCode::kUnavailable:
    case firn::ErrorCode::kDeadlineExceeded:
      return firn::cli::kExitUnavailable;
    default:
      return firn::cli::kExitFailure;
  }
}

/// The message and what was added on its way up, on one line.
void PrintError(const firn::Error& error) {
  std::string text = error.message();
  for (const auto& [key, value] : error.context()) {
    text += fmt::format("; {}: {}", key, value);
  }
  fmt::print(stderr, "firn: {}\n", firn::cli::Printable(text));
}

/// Runs the command; what it printed must have arrived.
firn::Status Run(const firn::cli::Chosen& chosen) {
  const firn::Error lost(firn::ErrorCode::kIoError, "Cannot write standard output");
  try {
    RETURN_IF_ERROR(chosen.action());
  } catch (const std::system_error&) {  // of fmt::print
    return lost;
  }
  bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  return written ? firn::Status() : firn::Status(lost);
}

}  // namespace

int main(int argc, char** argv) {
  firn::SetUpHeap();
  CLI::App app("Firn: an Apache Iceberg REST catalog in one program", "firn");
  app.set_version_flag("--version", FIRN_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 success, 1 failure, 2 wrong usage or configuration, 3 not found,\n"
      "4 no server answers, or the data folder is in use.");
  firn::cli::Chosen chosen;
  firn::cli::AddServe(app, chosen);
  firn::cli::AddConfig(app, chosen);
  firn::cli::AddNamespace(app, chosen);
  firn::cli::AddTable(app, chosen);
  firn::cli::AddView(app, chosen);
  firn::cli::AddWarehouse(app, chosen);
  firn::cli::AddJob(app, chosen);
  firn::cli::AddScan(app, chosen);
  firn::cli::AddPlan(app, chosen);
  firn::cli::AddAppend(app, chosen);
  firn::cli::AddMaintain(app, chosen);
  firn::cli::AddFeatures(app, chosen);
  firn::cli::AddAdmin(app, chosen);
  firn::cli::RefuseEmptyValues(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0 && !firn::cli::NamesUnknownCommand(app)) {
      return app.exit(error);  // help or version
    }
    fmt::print(stderr, "firn: {}\n", firn::cli::ExplainUsage(app, error));
    return firn::cli::kExitUsage;
  }
  firn::Status status = Run(chosen);
  if (!status.has_value()) {
    PrintError(status.error());
    return ExitCode(status.error().code());
  }
  return 0;
}
