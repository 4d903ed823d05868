#include "server/flight/window_rows.h"

#include <utility>

#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "iceberg/expression/expression_text.h"
#include "iceberg/schema/civil_time.h"
#include "iceberg/schema/schema.h"

namespace firn::flight {
namespace {

using iceberg::TypeId;

class Scanned final : public server_features::FeatureRows {
 public:
  Scanned(const table::ScanContext& context, table::Table table, table::TableScanRequest request)
      : context_(context), table_(std::move(table)), request_(std::move(request)) {}

  Result<std::shared_ptr<arrow::Schema>> Open() override {
    ASSIGN_OR_RETURN(scan_, table::TableScan::Open(context_, table_, request_));
    return scan_->schema();
  }

  Result<std::shared_ptr<arrow::Table>> Next() override {
    ASSIGN_OR_RETURN(auto batch, scan_->Next());
    if (batch == nullptr) {
      return std::shared_ptr<arrow::Table>();
    }
    return columnar::ToResult(arrow::Table::FromRecordBatches(scan_->schema(), {std::move(batch)}),
                              ErrorCode::kInternal);
  }

 private:
  const table::ScanContext& context_;
  const table::Table table_;
  const table::TableScanRequest request_;
  std::unique_ptr<table::TableScan> scan_;
};

/// The time as the column's type has it, in the words of a filter. Of dates, `day` is the one that
/// is meant.
std::string Literal(TypeId type, TimestampUs time, int64_t day) {
  switch (type) {
    case TypeId::kDate:
      return iceberg::FormatIsoDate(static_cast<int32_t>(day));
    case TypeId::kTimestamp:
    case TypeId::kTimestampNs:
      return iceberg::FormatIsoTimestamp(time.value(), iceberg::TimeUnit::kMicros,
                                         iceberg::ZoneText::kNone);
    default:
      return iceberg::FormatIsoTimestamp(time.value(), iceberg::TimeUnit::kMicros,
                                         iceberg::ZoneText::kUtc);
  }
}

std::string Quoted(const std::string& name) {
  std::string quoted = "\"";
  for (char c : name) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + '"';
}

Result<iceberg::Expression> FilterOf(const iceberg::Schema& schema, const Window& window) {
  const iceberg::NestedField* field = schema.FindField(std::string_view(window.timestamp));
  if (field == nullptr) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("The table has no column {}", window.timestamp));
  }
  const TypeId type = field->type->id();
  std::string text;
  if (window.start) {
    const int64_t day = -iceberg::FloorDiv(-window.start->value(), iceberg::kMicrosPerDay);
    text = fmt::format("{} >= '{}'", Quoted(window.timestamp), Literal(type, *window.start, day));
  }
  if (window.end) {
    const int64_t day = iceberg::FloorDiv(window.end->value(), iceberg::kMicrosPerDay);
    text += fmt::format("{}{} <= '{}'", text.empty() ? "" : " and ", Quoted(window.timestamp),
                        Literal(type, *window.end, day));
  }
  return text.empty() ? Result<iceberg::Expression>(iceberg::Expression::True())
                      : iceberg::ParseExpressionText(text);
}

}  // namespace

Result<std::unique_ptr<server_features::FeatureRows>> WindowRows(const table::ScanContext& context,
                                                                 table::Table table,
                                                                 std::vector<std::string> columns,
                                                                 const Window& window) {
  table::TableScanRequest request{.plan = {}, .columns = std::move(columns), .limit = std::nullopt};
  ASSIGN_OR_RETURN(request.plan.filter, FilterOf(table.metadata->current_schema(), window));
  return std::make_unique<Scanned>(context, std::move(table), std::move(request));
}

}  // namespace firn::flight
