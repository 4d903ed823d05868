#include "columnar/write/write_properties.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "base/ascii.h"

namespace firn::columnar {
namespace {

using iceberg::FieldId;
using iceberg::NestedField;
using iceberg::PropertyMap;
using Kind = MetricsMode::Kind;

constexpr std::string_view kMetricsPrefix = "write.metadata.metrics.column.";
constexpr std::string_view kBloomPrefix = "write.parquet.bloom-filter-enabled.column.";
/// Without a stated default only so many columns have metrics.
constexpr int32_t kMaxInferredColumns = 100;

Error BadValue(std::string_view name, std::string_view value) {
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("Table property {} cannot be {}", name, value));
}

Result<int64_t> PositiveProperty(const PropertyMap& properties,
                                 const std::string& name,
                                 int64_t default_value) {
  auto found = properties.find(name);
  if (found == properties.end()) {
    return default_value;
  }
  const std::string& text = found->second;
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0) {
    return BadValue(name, text);
  }
  return value;
}

Result<MetricsMode> ParseMode(std::string_view name, const std::string& text) {
  std::string lower = ToLowerAscii(text);
  if (lower == "none") {
    return MetricsMode{Kind::kNone, 0};
  }
  if (lower == "counts") {
    return MetricsMode{Kind::kCounts, 0};
  }
  if (lower == "full") {
    return MetricsMode{Kind::kFull, 0};
  }
  constexpr std::string_view kOpen = "truncate(";
  if (lower.starts_with(kOpen) && lower.ends_with(')')) {
    int32_t length = 0;
    const char* last = lower.data() + lower.size() - 1;
    auto [end, error] = std::from_chars(lower.data() + kOpen.size(), last, length);
    if (error == std::errc() && end == last && length > 0) {
      return MetricsMode{Kind::kTruncate, length};
    }
  }
  return BadValue(name, text);
}

Result<parquet::Compression::type> ParseCodec(const std::string& text) {
  std::string lower = ToLowerAscii(text);
  if (lower == "zstd") {
    return parquet::Compression::ZSTD;
  }
  if (lower == "snappy") {
    return parquet::Compression::SNAPPY;
  }
  if (lower == "gzip") {
    return parquet::Compression::GZIP;
  }
  if (lower == "lz4" || lower == "lz4_raw") {
    return parquet::Compression::LZ4;
  }
  if (lower == "brotli") {
    return parquet::Compression::BROTLI;
  }
  if (lower == "uncompressed" || lower == "none") {
    return parquet::Compression::UNCOMPRESSED;
  }
  return BadValue(iceberg::kParquetCompressionProperty, text);
}

/// The leaves of the schema, in order; variants count as one.
void CollectLeaves(std::span<const NestedField> fields, std::vector<FieldId>& leaves) {
  for (const NestedField& field : fields) {
    if (field.type->is_nested()) {
      CollectLeaves(field.type->fields(), leaves);
    } else {
      leaves.push_back(field.id);
    }
  }
}

Status ReadMetrics(const PropertyMap& properties,
                   const iceberg::Schema& schema,
                   const std::vector<FieldId>& sorted,
                   WriteProperties& out) {
  constexpr std::string_view kDefaultName = "write.metadata.metrics.default";
  std::vector<FieldId> leaves;
  CollectLeaves(schema.fields(), leaves);
  MetricsMode mode;
  size_t limit = leaves.size();
  auto stated = properties.find(std::string(kDefaultName));
  if (stated != properties.end()) {
    ASSIGN_OR_RETURN(mode, ParseMode(kDefaultName, stated->second));
  } else {
    ASSIGN_OR_RETURN(
        int32_t columns,
        iceberg::IntProperty(properties, "write.metadata.metrics.max-inferred-column-defaults",
                             kMaxInferredColumns));
    limit = static_cast<size_t>(std::max(columns, 0));
  }
  for (size_t i = 0; i < std::min(limit, leaves.size()); ++i) {
    out.metrics[leaves[i]] = mode;
  }
  for (FieldId id : sorted) {
    if (!out.metrics_of(id).bounds()) {
      out.metrics[id] = MetricsMode{};
    }
  }
  for (auto at = properties.lower_bound(std::string(kMetricsPrefix));
       at != properties.end() && at->first.starts_with(kMetricsPrefix); ++at) {
    ASSIGN_OR_RETURN(MetricsMode column_mode, ParseMode(at->first, at->second));
    const NestedField* field =
        schema.FindField(std::string_view(at->first).substr(kMetricsPrefix.size()));
    if (field != nullptr) {
      out.metrics[field->id] = column_mode;
    }
  }
  return {};
}

}  // namespace

Result<WriteProperties> ReadWriteProperties(const PropertyMap& properties,
                                            const iceberg::Schema& schema,
                                            const std::vector<FieldId>& sorted) {
  WriteProperties out;
  auto read = [&properties](const char* name, int64_t& value) -> Status {
    ASSIGN_OR_RETURN(value, PositiveProperty(properties, name, value));
    return {};
  };
  RETURN_IF_ERROR(read("write.target-file-size-bytes", out.target_file_bytes));
  RETURN_IF_ERROR(read("write.delete.target-file-size-bytes", out.target_delete_file_bytes));
  RETURN_IF_ERROR(read("write.parquet.row-group-size-bytes", out.row_group_bytes));
  RETURN_IF_ERROR(read("write.parquet.page-size-bytes", out.page_bytes));
  RETURN_IF_ERROR(read("write.parquet.page-row-limit", out.page_rows));
  RETURN_IF_ERROR(read("write.parquet.dict-size-bytes", out.dictionary_bytes));
  auto codec = properties.find(std::string(iceberg::kParquetCompressionProperty));
  if (codec != properties.end()) {
    ASSIGN_OR_RETURN(out.codec, ParseCodec(codec->second));
  }
  if (properties.contains("write.parquet.compression-level")) {
    ASSIGN_OR_RETURN(out.level,
                     iceberg::IntProperty(properties, "write.parquet.compression-level", 0));
  }
  for (auto at = properties.lower_bound(std::string(kBloomPrefix));
       at != properties.end() && at->first.starts_with(kBloomPrefix); ++at) {
    if (EqualsIgnoringCase(at->second, "true")) {
      out.bloom_filter_columns.insert(at->first.substr(kBloomPrefix.size()));
    }
  }
  RETURN_IF_ERROR(ReadMetrics(properties, schema, sorted, out));
  return out;
}

}  // namespace firn::columnar
