// FeatureRows: what a call asks for, as rows some at a time: the join of an entity frame, or the
// newest rows of keys. Nothing is read before Open.
//
// Errors: those of features/join, features/entities and features/latest. Thread-safety: one thread
// at a time. What the context names outlives the rows.
#pragma once

#include <cstdint>
#include <memory>

#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>

#include "base/result.h"
#include "features/entities/entity_rows.h"
#include "features/join/join_context.h"
#include "features/join/join_request.h"
#include "features/latest/latest_rows.h"

namespace firn::server_features {

class FeatureRows {
 public:
  virtual ~FeatureRows() = default;

  /// Once, before the first Next.
  virtual Result<std::shared_ptr<arrow::Schema>> Open() = 0;
  /// Null at the end. The part before should be let go of by then.
  virtual Result<std::shared_ptr<arrow::Table>> Next() = 0;
};

struct JoinInput {
  features::JoinRequest request;
  /// Null: made of the views' tables, in the window.
  std::shared_ptr<arrow::RecordBatchReader> entities;
  features::EntityWindow window;
  /// features::kMinJoinBytes or more.
  int64_t memory_bytes = 0;
};

std::unique_ptr<FeatureRows> JoinRows(const features::JoinContext& context, JoinInput input);
std::unique_ptr<FeatureRows> NewestRows(const features::JoinContext& context,
                                        features::LatestRequest request);

}  // namespace firn::server_features
