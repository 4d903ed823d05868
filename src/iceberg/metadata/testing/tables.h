// Tables, snapshots and files for tests of metadata. What cannot be made aborts the test program:
// it is the test's own mistake.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "iceberg/metadata/apply_updates.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/table_update.h"

namespace firn::iceberg::testing {

/// When the tables below are made.
inline constexpr TimestampMs kCreated{1'700'000'000'000};

/// id: required long, at: timestamp, name: string; partitioned by bucket[4](id), unsorted.
TableMetadataPtr NewTestTable(FormatVersion version);

/// A snapshot on top of the current one that adds `rows` rows, taken `seconds` after kCreated.
Snapshot NextSnapshot(const TableMetadata& base, int64_t id, int64_t seconds);

/// The two updates of an append to `branch`.
std::vector<TableUpdate> AppendUpdates(Snapshot snapshot, std::string_view branch);

/// At `seconds` after kCreated, the base stored in `metadata/<seconds>.json`.
struct At {
  explicit At(int64_t seconds);
  operator ApplyContext() const;  // NOLINT(google-explicit-constructor): reads as an argument

  int64_t seconds;
  std::string location;
};

/// The table after an append of one snapshot to main.
TableMetadataPtr Append(const TableMetadataPtr& base, int64_t id, int64_t seconds);
/// Applies; aborts on an error.
TableMetadataPtr MustApply(const TableMetadataPtr& base,
                           std::vector<TableUpdate> updates,
                           const At& at);

std::string ReadFile(const std::filesystem::path& path);
/// The `*.json` files right inside `folder`, by name.
std::vector<std::filesystem::path> JsonFiles(const std::filesystem::path& folder);

}  // namespace firn::iceberg::testing
