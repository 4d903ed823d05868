// admin: what works on a data folder that no server has open.
#include <array>

#include <fmt/format.h>

#include "base/crash_point.h"
#include "base/json_writer.h"
#include "cli/commands.h"
#include "cli/settings_flags.h"
#include "server/app/administration.h"

namespace firn::cli {
namespace {

/// What says where a database is.
constexpr std::array<std::string_view, 2> kPlaces = {"data.dir", "database.url"};

struct AdminArguments {
  std::shared_ptr<SettingsFlags> settings;
  bool json = false;
  bool dry_run = false;
  bool online = false;
  std::string file;
};

Status PrintMigration(const app::MigrationReport& report, const AdminArguments& arguments) {
  if (arguments.json) {
    std::string body;
    JsonWriter(body)
        .BeginObject()
        .Field("database", report.database)
        .Field("from", report.from)
        .Field("to", report.to)
        .Field("dry-run", arguments.dry_run)
        .EndObject();
    fmt::print("{}\n", body);
    return {};
  }
  if (report.from == report.to) {
    fmt::print("{}: schema version {}, nothing to do\n", report.database, report.from);
  } else {
    fmt::print("{}: schema version {} {} {}\n", report.database, report.from,
               arguments.dry_run ? "would become" : "is now", report.to);
  }
  return {};
}

Status RunMigrate(const AdminArguments& arguments) {
  ASSIGN_OR_RETURN(config::Loaded loaded, LoadSettings(*arguments.settings));
  ASSIGN_OR_RETURN(app::MigrationReport report, arguments.dry_run
                                                    ? app::TryMigrateDatabase(loaded.settings)
                                                    : app::MigrateDatabase(loaded.settings));
  return PrintMigration(report, arguments);
}

Status RunBackup(const AdminArguments& arguments) {
  ASSIGN_OR_RETURN(config::Loaded loaded, LoadSettings(*arguments.settings));
  auto made = arguments.online ? app::BackUpOnline(loaded.settings, arguments.file)
                               : app::BackUp(loaded.settings, arguments.file);
  if (!made.has_value() && made.error().code() == ErrorCode::kUnavailable && !arguments.online) {
    return Error(ErrorCode::kUnavailable,
                 made.error().message() + "; --online backs up while that one runs");
  }
  ASSIGN_OR_RETURN(app::BackupReport report, std::move(made));
  if (arguments.json) {
    std::string body;
    JsonWriter(body)
        .BeginObject()
        .Field("database", report.database)
        .Field("file", report.file)
        .Field("size-bytes", report.size_bytes)
        .Field("schema-version", report.schema_version)
        .EndObject();
    fmt::print("{}\n", body);
    return {};
  }
  fmt::print("Backed up {} (schema version {}) to {}: {} bytes\n", report.database,
             report.schema_version, report.file, report.size_bytes);
  return {};
}

void PrintCrashPoints(bool json) {
  std::string body;
  JsonWriter writer(body);
  writer.BeginArray();
  for (std::string_view name : CrashPointNames()) {
    writer.String(name);
    if (!json) {
      fmt::print("{}\n", name);
    }
  }
  writer.EndArray();
  if (json) {
    fmt::print("{}\n", body);
  }
}

/// A sub-command of `admin` that works on a database.
std::shared_ptr<AdminArguments> AddCommand(CLI::App* command,
                                           Chosen& chosen,
                                           Status (*action)(const AdminArguments&)) {
  auto arguments = std::make_shared<AdminArguments>();
  arguments->settings = AddSettingsFlags(*command, kPlaces);
  command->add_flag("--json", arguments->json, "Print JSON");
  command->callback([arguments, action, &chosen] {
    chosen.action = [arguments, action] { return action(*arguments); };
  });
  return arguments;
}

}  // namespace

void AddAdmin(CLI::App& app, Chosen& chosen) {
  CLI::App* admin = app.add_subcommand("admin", "Operate on a data folder without a server");
  admin->require_subcommand(1);
  CLI::App* migrate = admin->add_subcommand(
      "migrate", "Bring the database to this program's schema; no server may have it open");
  auto migration = AddCommand(migrate, chosen, RunMigrate);
  migrate->add_flag("--dry-run", migration->dry_run, "Try it and take it back");
  CLI::App* backup = admin->add_subcommand(
      "backup", "Copy the database to one file, checked and synced; never overwrites");
  auto copy = AddCommand(backup, chosen, RunBackup);
  backup->add_option("file", copy->file, "The file to make")->required();
  backup->add_flag("--online", copy->online, "Also while a server runs on the data folder");
  CLI::App* points = admin->add_subcommand(
      "crash-points", "Print the names FIRN_CRASH_POINT takes, for crash tests");
  auto json = std::make_shared<bool>(false);
  points->add_flag("--json", *json, "Print a JSON array");
  points->callback([json, &chosen] {
    chosen.action = [json]() -> Status {
      PrintCrashPoints(*json);
      return {};
    };
  });
}

}  // namespace firn::cli
