#include "iceberg/metadata/apply_updates.h"

#include <utility>

#include <fmt/format.h>

#include "iceberg/metadata/table_metadata_builder_internal.h"

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

}  // namespace

Result<TableMetadataPtr> ApplyUpdates(TableMetadataPtr base,
                                      std::span<const TableUpdate> updates,
                                      const ApplyContext& context) {
  ASSIGN_OR_RETURN(FormatVersion initial, InitialVersion(updates));
  if (base) {
    initial = base->format_version;
  }
  TableMetadataBuilder builder(std::move(base), initial, context);
  for (const TableUpdate& update : updates) {
    RETURN_IF_ERROR(std::visit([&builder](const auto& one) { return builder.Apply(one); }, update));
  }
  return builder.Build();
}

}  // namespace firn::iceberg
