// How data files are written, from table properties `write.*`. Names and defaults are those of the
// reference implementation.
//
// Errors: kInvalidArgument naming the property whose value is not one. Thread-safety: plain values,
// pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <parquet/types.h>

#include "base/result.h"
#include "iceberg/metadata/table_properties.h"
#include "iceberg/schema/schema.h"

namespace firn::columnar {

/// What metadata keeps of a column. Source: `write.metadata.metrics.*`.
struct MetricsMode {
  enum class Kind : uint8_t { kNone, kCounts, kTruncate, kFull };

  Kind kind = Kind::kTruncate;
  /// kTruncate: code points of texts, bytes of binaries.
  int32_t length = 16;

  bool counts() const { return kind != Kind::kNone; }
  bool bounds() const { return kind == Kind::kTruncate || kind == Kind::kFull; }
  friend bool operator==(const MetricsMode&, const MetricsMode&) = default;
};

struct WriteProperties {
  /// write.target-file-size-bytes.
  int64_t target_file_bytes = int64_t{512} << 20;
  /// Ends a file too, where set: for who knows better than an estimate how many rows are enough.
  std::optional<int64_t> target_file_rows;
  /// write.delete.target-file-size-bytes.
  int64_t target_delete_file_bytes = int64_t{64} << 20;
  /// write.parquet.row-group-size-bytes: before encoding.
  int64_t row_group_bytes = int64_t{128} << 20;
  int64_t page_bytes = int64_t{1} << 20;        ///< write.parquet.page-size-bytes
  int64_t page_rows = 20'000;                   ///< write.parquet.page-row-limit
  int64_t dictionary_bytes = int64_t{2} << 20;  ///< write.parquet.dict-size-bytes
  /// write.parquet.compression-codec: zstd, snappy, gzip, lz4, brotli, uncompressed.
  parquet::Compression::type codec = parquet::Compression::ZSTD;
  /// write.parquet.compression-level; the codec's own where not set.
  std::optional<int32_t> level;
  /// Full names: write.parquet.bloom-filter-enabled.column.*.
  std::set<std::string> bloom_filter_columns;
  /// By leaf, and by columns of type variant.
  std::map<iceberg::FieldId, MetricsMode> metrics;

  MetricsMode metrics_of(iceberg::FieldId id) const {
    auto found = metrics.find(id);
    return found == metrics.end() ? MetricsMode{MetricsMode::Kind::kNone, 0} : found->second;
  }
};

/// `sorted` are the columns of the sort order: they have bounds whatever the default says.
Result<WriteProperties> ReadWriteProperties(const iceberg::PropertyMap& properties,
                                            const iceberg::Schema& schema,
                                            const std::vector<iceberg::FieldId>& sorted);

}  // namespace firn::columnar
