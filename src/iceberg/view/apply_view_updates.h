// ApplyViewUpdates: base metadata + updates -> new metadata; and the first metadata of a view.
// Rules and texts as in the reference implementation.
//
// Errors: kInvalidArgument. Thread-safety: pure functions; `base` is not changed.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/uuid.h"
#include "iceberg/view/view_metadata.h"
#include "iceberg/view/view_update.h"

namespace firn::iceberg {

/// Updates of one commit to one view.
inline constexpr size_t kMaxViewUpdates = 1'000;

/// `base` is null where the updates create the view. Versions above version.history.num-entries
/// expire, oldest first.
Result<ViewMetadataPtr> ApplyViewUpdates(ViewMetadataPtr base,
                                         std::span<const ViewUpdate> updates,
                                         TimestampMs now);

struct CreateViewSpec {
  /// Keeps its field ids; its own id becomes 0.
  Schema schema;
  /// Its schema id is replaced by that of `schema`.
  ViewVersion version;
  std::string location;
  PropertyMap properties;
  Uuid uuid;
};

Result<ViewMetadataPtr> NewViewMetadata(const CreateViewSpec& spec, TimestampMs now);

}  // namespace firn::iceberg
