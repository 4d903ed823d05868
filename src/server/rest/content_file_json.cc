#include "server/rest/content_file_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "iceberg/metadata/dropped_columns.h"
#include "iceberg/schema/literal_json.h"

namespace firn::rest {
namespace {

using iceberg::BoundColumn;
using iceberg::CountColumn;
using iceberg::FieldMetrics;
using iceberg::FileContent;
using iceberg::FileFormat;
using iceberg::ManifestColumns;
using iceberg::TypeId;

std::string_view ContentName(FileContent content) {
  constexpr std::array<std::string_view, 3> kNames = {"data", "position-deletes",
                                                      "equality-deletes"};
  return kNames[static_cast<size_t>(content)];
}

Result<std::string_view> FormatName(FileFormat format) {
  switch (format) {
    case FileFormat::kAvro:
      return "avro";
    case FileFormat::kOrc:
      return "orc";
    case FileFormat::kParquet:
      return "parquet";
    case FileFormat::kPuffin:
      return "puffin";
    case FileFormat::kOther:
      break;
  }
  return Error(ErrorCode::kInvalidMetadata, "A file is of a format that the document has not");
}

/// Upper case, as the document has binary values.
void AppendHex(std::string_view bytes, JsonWriter& out) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  text.reserve(2 * bytes.size());
  for (char byte : bytes) {
    auto value = static_cast<unsigned char>(byte);
    text.push_back(kDigits[value >> 4]);
    text.push_back(kDigits[value & 0xF]);
  }
  out.String(text);
}

/// JSON has no such numbers: their names as text, as Java's JSON writer has them.
std::string_view NameOfSpecial(double value) {
  return std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

/// A value may be of the narrower type that its column had when the file was written.
void AppendPartitionValue(const iceberg::Type& type,
                          const iceberg::Literal& value,
                          JsonWriter& out) {
  const auto* small = value.As<float>();
  const auto* large = value.As<double>();
  double real = small != nullptr ? *small : large != nullptr ? *large : 0;
  if (!std::isfinite(real)) {
    out.String(NameOfSpecial(real));
  } else if (const auto* number = value.As<int32_t>();
             number != nullptr && type.id() == TypeId::kLong) {
    out.Int(*number);
  } else if (small != nullptr && type.id() == TypeId::kDouble) {
    out.Double(real);
  } else if (const auto* bytes = value.As<iceberg::Bytes>()) {
    AppendHex(bytes->data, out);
  } else {
    iceberg::AppendLiteral(type, value, out);
  }
}

template <class T>
void AppendInts(std::string_view key, std::span<const T> list, JsonWriter& out) {
  out.Key(key).BeginArray();
  for (const T& item : list) {
    if constexpr (std::is_same_v<T, int64_t>) {
      out.Int(item);
    } else {
      out.Int(item.value());
    }
  }
  out.EndArray();
}

/// The metrics of one file as maps from column to value: keys, and values in the same order.
class MetricsPrinter {
 public:
  MetricsPrinter(const ManifestColumns& columns,
                 std::span<const iceberg::FieldId> stats,
                 size_t row,
                 JsonWriter& out)
      : row_(row), out_(out) {
    for (iceberg::FieldId field : stats) {
      if (const FieldMetrics* metrics = columns.FindMetrics(field)) {
        metrics_.push_back(metrics);
      }
    }
  }

  void Counts(std::string_view key, CountColumn FieldMetrics::* column) {
    Map(key, [&](const FieldMetrics& metrics) -> std::optional<int64_t> {
      int64_t count = (metrics.*column)[row_];
      return count == iceberg::kAbsent ? std::nullopt : std::optional(count);
    });
  }

  void Bounds(std::string_view key, BoundColumn FieldMetrics::* column) {
    Map(key, [&](const FieldMetrics& metrics) -> std::optional<std::string_view> {
      const BoundColumn& bounds = metrics.*column;
      return bounds.empty() ? std::nullopt : bounds.Value(row_);
    });
  }

 private:
  void Append(int64_t count) { out_.Int(count); }
  void Append(std::string_view bytes) { AppendHex(bytes, out_); }

  template <class ValueOf>
  void Map(std::string_view key, ValueOf value_of) {
    bool any = false;
    for (const FieldMetrics* metrics : metrics_) {
      any = any || value_of(*metrics).has_value();
    }
    if (!any) {
      return;
    }
    out_.Key(key).BeginObject().Key("keys").BeginArray();
    for (const FieldMetrics* metrics : metrics_) {
      if (value_of(*metrics)) {
        out_.Int(metrics->id.value());
      }
    }
    out_.EndArray().Key("values").BeginArray();
    for (const FieldMetrics* metrics : metrics_) {
      if (auto value = value_of(*metrics)) {
        Append(*value);
      }
    }
    out_.EndArray().EndObject();
  }

  std::vector<const FieldMetrics*> metrics_;
  size_t row_;
  JsonWriter& out_;
};

void AppendMetrics(const ManifestColumns& columns,
                   std::span<const iceberg::FieldId> stats,
                   size_t row,
                   JsonWriter& out) {
  MetricsPrinter printer(columns, stats, row, out);
  printer.Counts("column-sizes", &FieldMetrics::column_sizes);
  printer.Counts("value-counts", &FieldMetrics::value_counts);
  printer.Counts("null-value-counts", &FieldMetrics::null_value_counts);
  printer.Counts("nan-value-counts", &FieldMetrics::nan_value_counts);
  printer.Bounds("lower-bounds", &FieldMetrics::lower_bounds);
  printer.Bounds("upper-bounds", &FieldMetrics::upper_bounds);
}

/// What only data files have.
void AppendDataFields(const ManifestColumns& columns,
                      std::span<const iceberg::FieldId> stats,
                      size_t row,
                      JsonWriter& out) {
  if (auto first = iceberg::ValueAt(columns.first_row_ids, row)) {
    // Outside the document: without it a reader of row lineage cannot tell when a row changed.
    out.Field("first-row-id", *first)
        .Field("data-sequence-number", columns.sequence_numbers[row].value());
  }
  if (!stats.empty()) {
    AppendMetrics(columns, stats, row, out);
  }
}

/// What only delete files have.
void AppendDeleteFields(const ManifestColumns& columns, size_t row, JsonWriter& out) {
  if (!columns.equality_ids.empty() && columns.contents[row] == FileContent::kEqualityDeletes) {
    AppendInts("equality-ids", columns.equality_ids[row], out);
  }
  if (!columns.referenced_data_files.empty() && !columns.referenced_data_files[row].empty()) {
    // Outside the document; readers match deletion vectors by it.
    out.Field("referenced-data-file", columns.referenced_data_files[row]);
  }
  if (auto offset = iceberg::ValueAt(columns.content_offsets, row)) {
    out.Field("content-offset", *offset);
  }
  if (auto size = iceberg::ValueAt(columns.content_sizes_bytes, row)) {
    out.Field("content-size-in-bytes", *size);
  }
}

}  // namespace

Result<ContentFilePrinter> ContentFilePrinter::Make(const iceberg::TableMetadata& table,
                                                    const ManifestColumns& columns,
                                                    std::span<const iceberg::FieldId> stats) {
  const iceberg::PartitionSpec* spec = table.FindSpec(columns.spec_id);
  if (spec == nullptr) {
    return Error(ErrorCode::kInvalidMetadata,
                 fmt::format("A manifest is of partition spec {}, which the table does not have",
                             columns.spec_id.value()));
  }
  return ContentFilePrinter(columns, iceberg::PartitionTypeOf(table, *spec, table.current_schema()),
                            stats);
}

const std::string& ContentFilePrinter::PartitionText(uint32_t partition) {
  std::string& text = partitions_[partition];
  if (text.empty()) {
    const auto& values = columns_.partitions[partition].fields;
    JsonWriter out(text);
    out.BeginArray();
    for (const iceberg::NestedField& field : partition_type_->fields()) {
      auto value = std::ranges::find_if(values, [&](const auto& v) { return v.first == field.id; });
      if (value == values.end()) {
        out.Null();
      } else {
        AppendPartitionValue(*field.type, value->second, out);
      }
    }
    out.EndArray();
  }
  return text;
}

Status ContentFilePrinter::Append(size_t row, std::string& text) {
  FileContent content = columns_.contents[row];
  ASSIGN_OR_RETURN(std::string_view format, FormatName(columns_.formats[row]));
  JsonWriter out(text);
  out.BeginObject()
      .Field("spec-id", columns_.spec_id.value())
      .Field("content", ContentName(content))
      .Field("file-path", columns_.paths[row])
      .Field("file-format", format)
      .RawField("partition", PartitionText(columns_.partition_ids[row]))
      .Field("file-size-in-bytes", columns_.file_sizes_bytes[row])
      .Field("record-count", columns_.record_counts[row]);
  if (!columns_.key_metadata.empty() && !columns_.key_metadata[row].empty()) {
    out.Key("key-metadata");
    AppendHex(columns_.key_metadata[row], out);
  }
  if (!columns_.split_offsets.empty() && !columns_.split_offsets[row].empty()) {
    AppendInts("split-offsets", columns_.split_offsets[row], out);
  }
  if (auto order = iceberg::ValueAt(columns_.sort_order_ids, row)) {
    out.Field("sort-order-id", *order);
  }
  if (content == FileContent::kData) {
    AppendDataFields(columns_, stats_, row, out);
  } else {
    AppendDeleteFields(columns_, row, out);
  }
  out.EndObject();
  return {};
}

}  // namespace firn::rest
