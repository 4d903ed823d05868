#include "cli/features/feature_run.h"

#include <utility>

#include "cli/data/selection.h"
#include "columnar/io/arrow_status.h"

namespace firn::cli {
namespace {

constexpr int64_t kBatchRows = 64 << 10;

}  // namespace

void AddFeatureRunFlags(CLI::App& app, FeatureRunFlags& flags) {
  app.add_option("--as-of", flags.as_of,
                 "Every table as it was then: a time in UTC, 2026-11-29T08:00:00");
  app.add_option("--format", flags.format,
                 "table, csv, jsonl, parquet or arrow; if not given by the file's name");
  app.add_option("-o,--out,--output", flags.file,
                 "A file, which appears when it is complete; else standard output");
  AddServerFlag(app, flags.where);
  AddWarehouseFlag(app, flags.where);
  AddElsewhereFlags(app, flags.where);
}

FeatureRun::FeatureRun(std::unique_ptr<catalog::Catalog> catalog)
    : session_(std::move(catalog), {}), scan_(session_.scan_context()) {}

Result<std::unique_ptr<FeatureRun>> FeatureRun::Open(const FeatureRunFlags& flags) {
  ASSIGN_OR_RETURN(RowFormat format, RowFormatOf(flags.format, flags.file));
  table::SnapshotSelector snapshot = table::CurrentSnapshot{};
  if (!flags.as_of.empty()) {
    ASSIGN_OR_RETURN(TimestampMs time, ReadTime(flags.as_of));
    snapshot = table::AsOf{time};
  }
  CatalogChoice choice = flags.where;
  RETURN_IF_ERROR(Resolve(choice, Elsewhere::kMayBe));
  ASSIGN_OR_RETURN(auto catalog, OpenChosen(choice));
  std::unique_ptr<FeatureRun> run(new FeatureRun(std::move(catalog)));
  run->snapshot_ = std::move(snapshot);
  run->format_ = format;
  run->file_ = flags.file;
  return run;
}

Status FeatureRun::Print(const arrow::Table& rows) const {
  ASSIGN_OR_RETURN(auto output, OpenRowOutput(format_, file_, rows.schema()));
  arrow::TableBatchReader reader(rows);
  reader.set_chunksize(kBatchRows);
  while (true) {
    ASSIGN_OR_RETURN(auto batch, columnar::ToResult(reader.Next(), ErrorCode::kInternal));
    if (batch == nullptr) {
      return output->Finish();
    }
    RETURN_IF_ERROR(output->Write(*batch));
  }
}

}  // namespace firn::cli
