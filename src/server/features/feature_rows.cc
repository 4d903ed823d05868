#include "server/features/feature_rows.h"

#include <span>
#include <utility>

#include "features/entities/table_join.h"
#include "features/join/join_stream.h"
#include "features/join/snapshot_record.h"

namespace firn::server_features {
namespace {

class Joined final : public FeatureRows {
 public:
  Joined(const features::JoinContext& context, JoinInput input)
      : context_(context), input_(std::move(input)) {}

  Result<std::shared_ptr<arrow::Schema>> Open() override {
    if (input_.entities == nullptr) {
      ASSIGN_OR_RETURN(join_, features::JoinTables(context_, std::move(input_.request),
                                                   input_.window, input_.memory_bytes));
    } else {
      ASSIGN_OR_RETURN(join_,
                       features::JoinStream::Open(context_, std::move(input_.entities),
                                                  std::move(input_.request), input_.memory_bytes));
    }
    return join_->schema();
  }

  Result<std::shared_ptr<arrow::Table>> Next() override { return join_->Next(); }

 private:
  const features::JoinContext context_;
  JoinInput input_;
  std::unique_ptr<features::JoinStream> join_;
};

class Newest final : public FeatureRows {
 public:
  Newest(const features::JoinContext& context, features::LatestRequest request)
      : context_(context), request_(std::move(request)) {}

  Result<std::shared_ptr<arrow::Schema>> Open() override {
    ASSIGN_OR_RETURN(auto rows, features::LatestRows(context_, request_));
    ASSIGN_OR_RETURN(auto metadata, features::RecordSnapshots(rows->schema()->metadata(),
                                                              std::span(&request_.view, 1)));
    rows_ = rows->ReplaceSchemaMetadata(metadata);
    return rows_->schema();
  }

  Result<std::shared_ptr<arrow::Table>> Next() override { return std::exchange(rows_, nullptr); }

 private:
  const features::JoinContext context_;
  const features::LatestRequest request_;
  std::shared_ptr<arrow::Table> rows_;
};

}  // namespace

std::unique_ptr<FeatureRows> JoinRows(const features::JoinContext& context, JoinInput input) {
  return std::make_unique<Joined>(context, std::move(input));
}

std::unique_ptr<FeatureRows> NewestRows(const features::JoinContext& context,
                                        features::LatestRequest request) {
  return std::make_unique<Newest>(context, std::move(request));
}

}  // namespace firn::server_features
