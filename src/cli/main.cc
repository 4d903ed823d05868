// firn: one program, the catalog server and the command line to it.
#include <cstdio>

#include <fmt/format.h>

#include "cli/commands.h"

namespace {

int ExitCode(firn::ErrorCode code) {
  switch (code) {
    case firn::ErrorCode::kInvalidArgument:
      return firn::cli::kExitUsage;
    case firn::ErrorCode::kNotFound:
      return firn::cli::kExitNotFound;
    case firn::ErrorCode::kUnavailable:
      return firn::cli::kExitUnavailable;
    default:
      return firn::cli::kExitFailure;
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Firn: an Apache Iceberg REST catalog in one program", "firn");
  app.set_version_flag("--version", FIRN_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 success, 1 failure, 2 wrong usage or configuration, 3 not found,\n"
      "4 no server answers.");
  firn::cli::Chosen chosen;
  firn::cli::AddServe(app, chosen);
  firn::cli::AddConfig(app, chosen);
  firn::cli::AddNamespace(app, chosen);
  firn::cli::AddTable(app, chosen);
  firn::cli::AddView(app, chosen);
  firn::cli::AddWarehouse(app, chosen);
  firn::cli::AddAdmin(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    int code = app.exit(error);
    return code == 0 ? 0 : firn::cli::kExitUsage;
  }
  firn::Status status = chosen.action();
  if (!status.has_value()) {
    fmt::print(stderr, "firn: {}\n", status.error().message());
    return ExitCode(status.error().code());
  }
  return 0;
}
