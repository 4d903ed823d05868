// ApplyUpdates: base metadata + updates -> new metadata. The catalog's commit calls it after the
// requirements held, and again on a newer base when it lost a race. Specification: "Table
// Metadata"; rules and texts as in the reference implementation.
//
// Errors: kInvalidArgument for updates that can never apply; kCommitConflict (reload and retry) for
// a snapshot whose sequence number or first row id another commit has passed, and for the removal
// of one that a branch or tag names which no update removes or sets: whoever asks for it has not
// seen the ref; kDeadlineExceeded where the context says so; kInvalidMetadata never.
// Thread-safety: pure functions; `base` is not changed and may be shared.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/table_update.h"

namespace firn::iceberg {

struct ApplyContext {
  /// Becomes last-updated-ms.
  TimestampMs now;
  /// Where `base` is stored: goes to the metadata log. Empty: no entry.
  std::string_view base_metadata_location;
  /// Asked before and within updates: true ends the work with kDeadlineExceeded. Empty: never.
  std::function<bool()> expired = {};
};

/// `base` is null where the updates create the table; otherwise `base` itself is returned where the
/// updates change nothing: then there is nothing to commit.
Result<TableMetadataPtr> ApplyUpdates(TableMetadataPtr base,
                                      std::span<const TableUpdate> updates,
                                      const ApplyContext& context);

}  // namespace firn::iceberg
