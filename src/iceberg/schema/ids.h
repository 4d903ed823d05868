// The ids of the Iceberg specification, each its own type, so that a schema id cannot be passed for
// a spec id. Included by every room under iceberg/.
#pragma once

#include <cstdint>
#include <type_traits>

#include "base/strong_int.h"

namespace firn::iceberg {

/// A column, nested field or partition field, unique in one table.
using FieldId = StrongInt<struct FieldIdTag, int32_t>;
using SchemaId = StrongInt<struct SchemaIdTag, int32_t>;
/// A partition spec.
using SpecId = StrongInt<struct SpecIdTag, int32_t>;
using SortOrderId = StrongInt<struct SortOrderIdTag, int32_t>;
using SnapshotId = StrongInt<struct SnapshotIdTag, int64_t>;
/// Orders snapshots and files of one table; 0 in v1 tables.
using SequenceNumber = StrongInt<struct SequenceNumberTag, int64_t>;
using ViewVersionId = StrongInt<struct ViewVersionIdTag, int32_t>;

/// The id after `id`; wraps after the last, as a file may use it.
template <class Id>
constexpr Id NextId(Id id) {
  using Unsigned = std::make_unsigned_t<typename Id::rep>;
  return Id(static_cast<typename Id::rep>(static_cast<Unsigned>(id.value()) + 1));
}

/// In updates: "the one these updates added last".
inline constexpr int32_t kLastAdded = -1;
/// Ids of partition fields start here.
inline constexpr FieldId kFirstPartitionFieldId{1000};
/// The one before the first: "last assigned" of an unpartitioned spec.
inline constexpr FieldId kNoPartitionFieldId{999};
/// The order id that means unsorted, and only that.
inline constexpr SortOrderId kUnsortedOrderId{0};

/// Table format versions Firn reads and writes: 1 to 3.
using FormatVersion = int32_t;
inline constexpr FormatVersion kMaxFormatVersion = 3;
inline constexpr FormatVersion kDefaultFormatVersion = 2;

}  // namespace firn::iceberg
