// JoinPlan: a join request met with the columns of an entity frame: everything that can be said of
// it before a file is read. It answers any part of the frame, each on its own: what an entity row
// gets depends on no other row.
//
// Errors of Make: kInvalidArgument naming the view, column and what is wrong; kNotFound for a
// snapshot. Of Join: those of PointInTimeJoin (point_in_time_join.h).
// Thread-safety: immutable.
#pragma once

#include <memory>
#include <vector>

#include <arrow/memory_pool.h>
#include <arrow/table.h>
#include <arrow/type.h>

#include "base/result.h"
#include "features/join/join_context.h"
#include "features/join/join_request.h"
#include "features/join/view_schema.h"

namespace firn::features {

class JoinPlan {
 public:
  /// `entities` are the frame's columns.
  static Result<JoinPlan> Make(const arrow::Schema& entities, JoinRequest request);

  const JoinRequest& request() const { return request_; }
  /// Of each view of the request.
  const std::vector<ViewSchema>& schemas() const { return schemas_; }
  /// Of the answer: the frame's columns, then the features. Its metadata says which snapshots are
  /// read (snapshot_record.h).
  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }

  /// `entities` are rows of the frame.
  Result<std::shared_ptr<arrow::Table>> Join(const JoinContext& context,
                                             const arrow::Table& entities) const;

 private:
  explicit JoinPlan(JoinRequest request) : request_(std::move(request)) {}

  JoinRequest request_;
  std::vector<ViewSchema> schemas_;
  std::shared_ptr<arrow::Schema> schema_;
};

}  // namespace firn::features
