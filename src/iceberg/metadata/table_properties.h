// The table properties that metadata itself obeys, and typed access to any property.
//
// Errors: kInvalidArgument where a value is not of its type. Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::iceberg {

using PropertyMap = std::map<std::string, std::string>;

inline constexpr std::string_view kFormatVersionProperty = "format-version";
inline constexpr std::string_view kPreviousVersionsMaxProperty =
    "write.metadata.previous-versions-max";
inline constexpr int32_t kPreviousVersionsMaxDefault = 100;
inline constexpr std::string_view kDeleteAfterCommitProperty =
    "write.metadata.delete-after-commit.enabled";
inline constexpr std::string_view kMetadataCompressionProperty = "write.metadata.compression-codec";
inline constexpr std::string_view kMetadataPathProperty = "write.metadata.path";
inline constexpr std::string_view kParquetCompressionProperty = "write.parquet.compression-codec";
/// What new tables get where the request says nothing.
inline constexpr std::string_view kParquetCompressionDefault = "zstd";

/// Bytes of the names and values of a table's or view's properties after a commit.
inline constexpr size_t kMaxPropertiesBytes = 4 << 20;
/// Not more than that. Files are read with more.
Status CheckPropertiesSize(const PropertyMap& properties);

/// True for the names that mirror metadata fields (uuid, format-version, snapshot-count, ...):
/// accepted in requests, never stored by table creation.
bool IsReservedProperty(std::string_view name);

Result<int32_t> IntProperty(const PropertyMap& properties,
                            std::string_view name,
                            int32_t default_value);
Result<int64_t> LongProperty(const PropertyMap& properties,
                             std::string_view name,
                             int64_t default_value);
/// "true" in any case is true, everything else false.
bool BoolProperty(const PropertyMap& properties, std::string_view name, bool default_value);

}  // namespace firn::iceberg
