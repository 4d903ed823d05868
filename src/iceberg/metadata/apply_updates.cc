#include "iceberg/metadata/apply_updates.h"

#include <utility>

#include <fmt/format.h>

#include "iceberg/metadata/table_metadata_builder_internal.h"
#include "iceberg/metadata/update_rules_internal.h"

namespace firn::iceberg {
namespace {

/// A table that is being created begins in the version its first upgrade names.
Result<FormatVersion> InitialVersion(std::span<const TableUpdate> updates) {
  for (const TableUpdate& update : updates) {
    if (const auto* upgrade = std::get_if<UpgradeFormatVersion>(&update)) {
      if (upgrade->format_version > kMaxFormatVersion || upgrade->format_version < 1) {
        return Error(ErrorCode::kInvalidArgument,
                     fmt::format("Unsupported format version: v{} (supported: v{})",
                                 upgrade->format_version, kMaxFormatVersion));
      }
      return upgrade->format_version;
    }
  }
  return kDefaultFormatVersion;
}

/// Consecutive removals as one: clients that expire snapshots send one update for each of
/// thousands.
RemoveSnapshots JoinRemovals(std::span<const TableUpdate>& updates) {
  RemoveSnapshots joined;
  while (!updates.empty()) {
    const auto* one = std::get_if<RemoveSnapshots>(&updates.front());
    if (one == nullptr) {
      break;
    }
    joined.snapshot_ids.insert(joined.snapshot_ids.end(), one->snapshot_ids.begin(),
                               one->snapshot_ids.end());
    updates = updates.subspan(1);
  }
  return joined;
}

}  // namespace

Result<TableMetadataPtr> ApplyUpdates(TableMetadataPtr base,
                                      std::span<const TableUpdate> updates,
                                      const ApplyContext& context) {
  RETURN_IF_ERROR(CheckCount(updates.size(), kMaxUpdates, "updates in one commit"));
  ASSIGN_OR_RETURN(FormatVersion initial, InitialVersion(updates));
  if (base) {
    initial = base->format_version;
  }
  TableMetadataBuilder builder(std::move(base), initial, context);
  while (!updates.empty()) {
    RETURN_IF_ERROR(CheckTime(context.expired));
    if (std::holds_alternative<RemoveSnapshots>(updates.front())) {
      RETURN_IF_ERROR(builder.Apply(JoinRemovals(updates)));
      continue;
    }
    RETURN_IF_ERROR(
        std::visit([&builder](const auto& one) { return builder.Apply(one); }, updates.front()));
    updates = updates.subspan(1);
  }
  return builder.Build();
}

}  // namespace firn::iceberg
