#include "cli/data/table_command.h"

#include <utility>

#include <fmt/format.h>

#include "cli/command/remote_command.h"

namespace firn::cli {
namespace {

constexpr size_t kManifestCacheBytes = size_t{512} << 20;

/// A view that is taken for a table is not told as missing.
Result<table::Table> Load(catalog::Catalog& catalog, const TableIdentifier& identifier) {
  auto table = catalog.Load(identifier);
  if (!table.has_value() && table.error().code() == ErrorCode::kNoSuchTable &&
      catalog.ViewExists(identifier).value_or(false)) {
    return Error(ErrorCode::kNoSuchTable,
                 fmt::format("{} is a view, not a table", identifier.ToString()));
  }
  return table;
}

}  // namespace

OpenTable::OpenTable(std::unique_ptr<catalog::Catalog> catalog, table::Table table)
    : session_(std::move(catalog), {.manifest_bytes = kManifestCacheBytes}),
      table_(std::move(table)) {}

Result<std::unique_ptr<catalog::Catalog>> OpenCatalogOf(const TableArguments& arguments) {
  CatalogChoice choice = arguments.where;
  RETURN_IF_ERROR(Resolve(choice, Elsewhere::kMayBe));
  return OpenChosen(choice);
}

Result<std::unique_ptr<OpenTable>> OpenTable::Open(const TableArguments& arguments) {
  ASSIGN_OR_RETURN(TableIdentifier identifier, ReadIdentifier(arguments.name));
  ASSIGN_OR_RETURN(auto catalog, OpenCatalogOf(arguments));
  ASSIGN_OR_RETURN(table::Table table, Load(*catalog, identifier));
  return std::unique_ptr<OpenTable>(new OpenTable(std::move(catalog), std::move(table)));
}

void AddTableFlags(CLI::App& app, TableArguments& arguments) {
  app.add_option("table", arguments.name, "Table, as a.b.c")->required();
  AddServerFlag(app, arguments.where);
  AddWarehouseFlag(app, arguments.where);
  AddElsewhereFlags(app, arguments.where);
  app.add_flag("--json", arguments.json, "Print JSON");
}

CLI::App* AddTableCommand(CLI::App& group, Chosen& chosen, TableCommandSpec spec) {
  CLI::App* app = group.add_subcommand(spec.name, spec.help);
  auto arguments = std::make_shared<TableArguments>();
  AddTableFlags(*app, *arguments);
  app->callback([arguments, action = std::move(spec.action), &chosen] {
    chosen.action = [arguments, action]() -> Status {
      ASSIGN_OR_RETURN(auto table, OpenTable::Open(*arguments));
      return action(*table, *arguments);
    };
  });
  return app;
}

}  // namespace firn::cli
