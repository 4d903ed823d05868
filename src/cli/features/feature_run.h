// FeatureRun: what every command of `firn features` works with: the catalog it asks, the state of
// the tables it reads, threads, and where its rows go.
//
// Errors of Open: those of the catalog's choice; kInvalidArgument for a time or format that is
// none. Thread-safety: one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <arrow/table.h>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/session/session.h"
#include "cli/command/catalog_choice.h"
#include "cli/data/row_output.h"
#include "features/entities/entity_rows.h"
#include "features/join/join_context.h"
#include "table/plan/snapshot_selection.h"
#include "table/scan/table_scan.h"

namespace firn::cli {

struct FeatureRunFlags {
  CatalogChoice where;
  std::string as_of;
  std::string format;
  std::string file;
};

/// Each writes to `flags`, which outlives the parser.
void AddFeatureRunFlags(CLI::App& app, FeatureRunFlags& flags);

/// A window of event times, both ends included.
struct WindowFlags {
  std::string start;
  std::string end;
};

/// Each writes to `flags`, which outlives the parser.
void AddWindowFlags(CLI::App& app, WindowFlags& flags);

/// An end that is not named is open.
Result<features::EntityWindow> WindowOf(const WindowFlags& flags);

class FeatureRun {
 public:
  static Result<std::unique_ptr<FeatureRun>> Open(const FeatureRunFlags& flags);

  catalog::Catalog& catalog() { return session_.catalog(); }
  /// Of every table.
  const table::SnapshotSelector& snapshot() const { return snapshot_; }
  features::JoinContext context() { return {.scan = scan_, .progress = &progress_}; }

  /// Rows, some at a time; null at the end. To the file of the flags, or standard output; on a
  /// terminal with a bar of what is done. `row_group_bytes` as OpenRowOutput has it.
  using Parts = std::function<Result<std::shared_ptr<arrow::Table>>()>;
  Status Print(const std::shared_ptr<arrow::Schema>& schema,
               const Parts& parts,
               int64_t row_group_bytes = kMaxRowGroupBytes);

 private:
  explicit FeatureRun(std::unique_ptr<catalog::Catalog> catalog);

  catalog::Session session_;
  const table::ScanContext scan_;
  table::SnapshotSelector snapshot_;
  RowFormat format_ = RowFormat::kTable;
  std::string file_;
  features::JoinProgress progress_;
};

}  // namespace firn::cli
