// MatchColumns: what the first pass over a table reads of every row: its key, its times, when it
// arrived and where it is; nothing of its features.
//
// Errors: those of reading. Thread-safety: immutable after Make.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <arrow/record_batch.h>

#include "base/result.h"
#include "columnar/read/read_request.h"
#include "features/join/view_schema.h"
#include "features/join/winner_slots.h"
#include "features/keys/encoded_keys.h"

namespace firn::features {

/// The rows of a batch.
struct RowsToMatch {
  EncodedKeys keys;
  /// In ViewSchema::unit; kNoTime for rows that count nowhere.
  std::vector<int64_t> times;
  std::vector<Candidate> candidates;
  /// From when on each can be seen, in ViewSchema::slot_unit; kNoTime: never.
  std::vector<int64_t> available;
};

class MatchColumns {
 public:
  /// Names for table::FilePass.
  static std::vector<std::string> NamesOf(const JoinView& view);

  /// `request` is of a pass that reads NamesOf.
  static MatchColumns Make(const JoinView& view,
                           const ViewSchema& schema,
                           const columnar::ReadRequest& request);

  Result<RowsToMatch> Read(uint32_t file, const arrow::RecordBatch& batch) const;

 private:
  using Path = std::vector<int>;

  Status ReadTimes(const arrow::RecordBatch& batch, RowsToMatch& rows) const;
  Status ReadArrival(uint32_t file, const arrow::RecordBatch& batch, RowsToMatch& rows) const;

  std::vector<KeyType> key_types_;
  TimeUnit unit_ = TimeUnit::kMicros;
  TimeUnit created_unit_ = TimeUnit::kMicros;
  TimeUnit slot_unit_ = TimeUnit::kMicros;
  CreatedLater created_later_ = CreatedLater::kCounts;
  std::vector<Path> keys_;
  Path timestamp_;
  /// Empty where the view has none.
  Path created_;
  Path position_;
  /// Empty where the table has no row lineage.
  Path sequence_number_;
  Path row_id_;
};

}  // namespace firn::features
