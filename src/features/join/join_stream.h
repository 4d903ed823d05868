// JoinStream: a point-in-time join of an entity frame that comes in batches, answered in parts,
// each of as many rows as a memory limit lets it hold. The parts one after the other are what
// PointInTimeJoin answers for the whole frame.
//
// Each part reads the tables again, but only the window of time that its rows need: a frame in
// order of time costs little more in many parts than in one, a frame in no order reads keys and
// times once a part.
//
// Memory: `memory_bytes` for the part's rows, their index and their features, and what readers hold
// (a row group's wanted columns and a decoded batch each). How much a row needs is estimated
// (part_size.h), for texts and nested values by what came out before. Beside it: what the manifest
// cache of the context keeps. Errors: those of PointInTimeJoin and of reading the frame. After one
// the stream is done. Thread-safety: one thread at a time. What the context names outlives the
// stream.
//
//   ASSIGN_OR_RETURN(auto join, JoinStream::Open(context, frame, request, 1 << 30));
//   while (true) {
//     ASSIGN_OR_RETURN(auto part, join->Next());
//     if (part == nullptr) break;
//   }
#pragma once

#include <cstdint>
#include <memory>

#include <arrow/record_batch.h>
#include <arrow/table.h>

#include "base/result.h"
#include "features/join/join_context.h"
#include "features/join/join_plan.h"
#include "features/join/join_request.h"
#include "features/join/part_size.h"

namespace firn::features {

/// The least that a part may have.
inline constexpr int64_t kMinJoinBytes = int64_t{16} << 20;

class JoinStream {
 public:
  /// `memory_bytes` >= kMinJoinBytes, else kInvalidArgument.
  static Result<std::unique_ptr<JoinStream>> Open(
      const JoinContext& context,
      std::shared_ptr<arrow::RecordBatchReader> entities,
      JoinRequest request,
      int64_t memory_bytes);

  const std::shared_ptr<arrow::Schema>& schema() const { return plan_.schema(); }

  /// Never empty; null at the end. The part before should be let go of by then.
  Result<std::shared_ptr<arrow::Table>> Next();

  JoinStream(const JoinStream&) = delete;
  JoinStream& operator=(const JoinStream&) = delete;

 private:
  JoinStream(const JoinContext& context,
             std::shared_ptr<arrow::RecordBatchReader> entities,
             JoinPlan plan,
             int64_t memory_bytes);

  Result<std::shared_ptr<arrow::Table>> NextEntities();

  const table::ScanContext scan_;
  const JoinContext context_;
  const std::shared_ptr<arrow::RecordBatchReader> entities_;
  const JoinPlan plan_;
  PartSize size_;
  bool any_part_ = false;
  /// What the part before left of a batch.
  std::shared_ptr<arrow::RecordBatch> rest_;
};

}  // namespace firn::features
