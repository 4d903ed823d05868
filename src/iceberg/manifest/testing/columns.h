// Manifest columns made by hand, for tests of what evaluates them.
#pragma once

#include <span>

#include "iceberg/manifest/manifest_columns.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/manifest/metrics_projection.h"

namespace firn::iceberg::testing {

/// What decoding a manifest with these entries gives, as far as entries tell: `format_version`,
/// `content` and `spec_id` are left to the caller. Inheritance is done already.
ManifestColumns ColumnsOf(std::span<const ManifestEntry> entries,
                          const MetricsProjection& projection = MetricsProjection::All());

}  // namespace firn::iceberg::testing
