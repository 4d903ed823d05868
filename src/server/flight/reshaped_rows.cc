#include "server/flight/reshaped_rows.h"

#include <utility>

#include "columnar/io/arrow_status.h"

namespace firn::flight {
namespace {

using server_features::FeatureRows;

class Reshaped final : public FeatureRows {
 public:
  Reshaped(std::unique_ptr<FeatureRows> rows, Reshape reshape)
      : rows_(std::move(rows)), reshape_(std::move(reshape)) {}

  Result<std::shared_ptr<arrow::Schema>> Open() override {
    ASSIGN_OR_RETURN(auto schema, rows_->Open());
    ASSIGN_OR_RETURN(auto empty,
                     columnar::ToResult(arrow::Table::MakeEmpty(schema), ErrorCode::kInternal));
    ASSIGN_OR_RETURN(auto reshaped, reshape_(*empty));
    return reshaped->schema();
  }

  Result<std::shared_ptr<arrow::Table>> Next() override {
    ASSIGN_OR_RETURN(auto part, rows_->Next());
    if (part == nullptr) {
      return part;
    }
    return reshape_(*part);
  }

 private:
  const std::unique_ptr<FeatureRows> rows_;
  const Reshape reshape_;
};

}  // namespace

std::unique_ptr<FeatureRows> ReshapedRows(std::unique_ptr<FeatureRows> rows, Reshape reshape) {
  return std::make_unique<Reshaped>(std::move(rows), std::move(reshape));
}

}  // namespace firn::flight
