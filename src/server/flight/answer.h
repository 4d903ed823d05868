// Answer: the rows of a call while they are sent, with all that it takes to make them: a place
// among the joins that run, memory, the upload. It lets go of all when the rows end or fail, and
// when it is told to give them back, whatever the thread that sends them waits for.
//
// Errors: those of the run and of the rows. Thread-safety: one thread asks for batches; GiveBack
// from any: it waits for a batch that is being made.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "base/result.h"
#include "server/features/feature_rows.h"
#include "server/features/feature_run.h"
#include "server/features/row_pieces.h"
#include "server/flight/calls/call_watch.h"

namespace firn::flight {

class Answer final : public Held {
 public:
  using RunPtr = std::shared_ptr<server_features::FeatureRun>;
  using RowsPtr = std::unique_ptr<server_features::FeatureRows>;

  /// `rows` are the run's; `upload` is what they were made of, which may be null.
  static Result<std::shared_ptr<Answer>> Open(RunPtr run,
                                              RowsPtr rows,
                                              std::shared_ptr<Held> upload);

  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }
  /// Null at the end.
  Result<std::shared_ptr<arrow::RecordBatch>> Next();
  void GiveBack(const Error& why) override;

 private:
  /// First the run: what comes behind works with it.
  struct Work {
    Work(RunPtr its_run, RowsPtr rows, std::shared_ptr<Held> its_upload)
        : run(std::move(its_run)), upload(std::move(its_upload)), pieces(std::move(rows)) {}
    const RunPtr run;
    const std::shared_ptr<Held> upload;
    server_features::RowPieces pieces;
  };

  explicit Answer(std::unique_ptr<Work> work) : work_(std::move(work)) {}

  std::mutex mutex_;
  std::unique_ptr<Work> work_;
  /// Why there is no work; empty at the end of the rows.
  std::optional<Error> why_;
  std::shared_ptr<arrow::Schema> schema_;
};

}  // namespace firn::flight
