// TableCommand: a command of `firn` on one table of a catalog, and what it works with.
//
//   auto command = AddTableCommand(app, chosen, "history", "Print ...",
//                                  [](OpenTable& open, const TableArguments& arguments) { ... });
//   command.app->add_option(...);
//
// Names are written as everywhere (cli/command/remote_command.h). Errors of the action are those of
// catalog::Catalog and of what the command does. Thread-safety: one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "catalog/catalog.h"
#include "cli/command/catalog_choice.h"
#include "cli/command/chosen.h"
#include "table/commit/commit_tools.h"
#include "table/plan/manifest_cache.h"
#include "table/plan/scan_planner.h"
#include "table/scan/table_scan.h"
#include "table/table_store.h"

namespace firn::cli {

/// The flags of all these commands.
struct TableArguments {
  CatalogChoice where;
  std::string name;
  bool json = false;
};

/// A table as it was loaded, and the means to work on it.
class OpenTable {
 public:
  static Result<std::unique_ptr<OpenTable>> Open(const TableArguments& arguments);

  catalog::Catalog& catalog() { return *catalog_; }
  const table::Table& table() const { return table_; }
  const iceberg::TableMetadata& metadata() const { return *table_.metadata; }
  ThreadPool& pool() { return pool_; }
  table::ManifestCache& manifests() { return manifests_; }
  const table::CommitTools& tools() const { return tools_; }
  const Clock& clock() const { return clock_; }
  table::ScanContext scan_context();
  table::PlanContext plan_context() { return {*table_.files, manifests_, pool_}; }

 private:
  OpenTable(std::unique_ptr<catalog::Catalog> catalog, table::Table table);

  std::unique_ptr<catalog::Catalog> catalog_;
  table::Table table_;
  SystemClock clock_;
  table::ManifestCache manifests_;
  ThreadPool pool_;
  table::CommitTools tools_;
};

using TableAction = std::function<Status(OpenTable&, const TableArguments&)>;

/// How the command is called, and what it does.
struct TableCommandSpec {
  std::string name;
  std::string help;
  TableAction action;
};

/// A command as it was added: `app` for more flags, whose values the action must own.
struct TableCommand {
  CLI::App* app;
  std::shared_ptr<TableArguments> arguments;
};

/// The table's name as a positional argument, and what is in `arguments` besides.
void AddTableFlags(CLI::App& app, TableArguments& arguments);

/// Has the flags of AddTableFlags.
TableCommand AddTableCommand(CLI::App& group, Chosen& chosen, TableCommandSpec spec);

}  // namespace firn::cli
