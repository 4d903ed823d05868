// TableCommand: a command of `firn` on one table of a catalog, and what it works with.
//
//   AddTableCommand(app, chosen, {"history", "Print ...", PrintHistory});
//   AddTableCommandWith<ScanFlags>(app, chosen, {"scan", "Print ..."}, Scan, AddScanFlags);
//
// Names are written as everywhere (cli/command/remote_command.h). Errors of the action are those of
// catalog::Catalog and of what the command does. Thread-safety: one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "catalog/catalog.h"
#include "catalog/session/session.h"
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

Result<std::unique_ptr<catalog::Catalog>> OpenCatalogOf(const TableArguments& arguments);

/// A table as it was loaded, and the means to work on it.
class OpenTable {
 public:
  static Result<std::unique_ptr<OpenTable>> Open(const TableArguments& arguments);

  catalog::Catalog& catalog() { return session_.catalog(); }
  const table::Table& table() const { return table_; }
  const iceberg::TableMetadata& metadata() const { return *table_.metadata; }
  ThreadPool& pool() { return session_.pool(); }
  table::ManifestCache& manifests() { return session_.manifests(); }
  const table::CommitTools& tools() const { return session_.tools(); }
  const Clock& clock() const { return session_.clock(); }
  table::ScanContext scan_context() { return session_.scan_context(); }
  table::PlanContext plan_context() { return scan_context().plan_context(*table_.files); }

 private:
  OpenTable(std::unique_ptr<catalog::Catalog> catalog, table::Table table);

  catalog::Session session_;
  table::Table table_;
};

using TableAction = std::function<Status(OpenTable&, const TableArguments&)>;

/// How the command is called, and what it does.
struct TableCommandSpec {
  std::string name;
  std::string help;
  TableAction action = nullptr;
};

/// The table's name as a positional argument, and what is in `arguments` besides.
void AddTableFlags(CLI::App& app, TableArguments& arguments);

/// Has the flags of AddTableFlags; for more of them the command is returned.
CLI::App* AddTableCommand(CLI::App& group, Chosen& chosen, TableCommandSpec spec);

/// What a command with flags of its own does.
template <class Flags>
using ActionWith = Status (*)(OpenTable&, const TableArguments&, const Flags&);

/// AddTableCommand with flags that `add_flags` adds; `spec` without an action.
template <class Flags>
CLI::App* AddTableCommandWith(CLI::App& group,
                              Chosen& chosen,
                              TableCommandSpec spec,
                              ActionWith<Flags> action,
                              void (*add_flags)(CLI::App&, Flags&)) {
  auto flags = std::make_shared<Flags>();
  spec.action = [flags, action](OpenTable& open, const TableArguments& arguments) {
    return action(open, arguments, *flags);
  };
  CLI::App* app = AddTableCommand(group, chosen, std::move(spec));
  add_flags(*app, *flags);
  return app;
}

}  // namespace firn::cli
