// What an update may bring into a table, beyond what files are read with: reading is lenient with
// what other writers left, a commit through this catalog is not. Nothing that passes makes a later
// commit impossible. Private to this folder.
//
// Errors: kInvalidArgument; CheckTime: kDeadlineExceeded. Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string_view>

#include "base/result.h"
#include "iceberg/metadata/snapshot.h"
#include "iceberg/metadata/statistics.h"
#include "iceberg/schema/schema.h"

namespace firn::iceberg {

/// Updates of one commit to one table.
inline constexpr size_t kMaxUpdates = 100'000;
/// Schemas a table may grow to; partition specs; sort orders.
inline constexpr size_t kMaxSchemas = 10'000;
inline constexpr size_t kMaxSpecs = 1'000;
inline constexpr size_t kMaxSortOrders = 1'000;
/// Fields of a partition spec or a sort order.
inline constexpr size_t kMaxSpecFields = 1'000;

/// Ids above belong to metadata columns (specification: "Reserved Field IDs").
inline constexpr FieldId kMaxFieldId{2'147'483'447};
/// How far the ids of one commit may run ahead of the last, so that none uses them up.
inline constexpr int32_t kMaxFieldIdStep = 100'000'000;
inline constexpr int64_t kMaxSequenceNumberStep = 1'000'000;
inline constexpr int64_t kMaxRowIdStep = int64_t{1} << 50;

/// Not reserved, not negative, not far beyond `last`.
Status CheckNewFieldId(FieldId id, FieldId last);
/// The same of all columns.
Status CheckNewFieldIds(const Schema& schema, FieldId last_column_id);
/// Neither empty nor with control characters.
Status CheckNewRefName(std::string_view name);
/// A path, and sizes that are not negative.
Status CheckNewStatistics(const StatisticsFile& file);
Status CheckNewStatistics(const PartitionStatisticsFile& file);
/// `what` in plural, for the message.
Status CheckCount(size_t count, size_t most, std::string_view what);

/// That `ApplyContext::expired` does not say so. Long loops ask once a round.
Status CheckTime(const std::function<bool()>& expired);

/// The next id of a list whose highest is `last`.
template <class Id>
Result<Id> IdAfter(Id last) {
  if (last.value() == std::numeric_limits<typename Id::rep>::max()) {
    return Error(ErrorCode::kInvalidArgument, "The table has no more ids of this kind");
  }
  return NextId(last);
}

}  // namespace firn::iceberg
