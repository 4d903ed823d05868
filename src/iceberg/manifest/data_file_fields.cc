#include <array>

#include "iceberg/manifest/data_file_fields_internal.h"
#include "iceberg/manifest/field_values_internal.h"

namespace firn::iceberg {
namespace {

using avro::Decoder;
using avro::Node;
using Handler = avro::FieldHandler<DataFile>;

void ReadContent(Decoder& decoder, const Node& node, DataFile& out) {
  int32_t content = decoder.ReadInt32(node).value_or(0);
  if (content < 0 || content > 2) {
    decoder.Fail("unknown file content");
    return;
  }
  out.content = static_cast<FileContent>(content);
}

FileFormat ToFileFormat(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, FileFormat>, 4> kFormats = {
      {{"avro", FileFormat::kAvro},
       {"orc", FileFormat::kOrc},
       {"parquet", FileFormat::kParquet},
       {"puffin", FileFormat::kPuffin}}};
  for (const auto& [name, format] : kFormats) {
    // Writers use upper case (Java) and lower case.
    auto same = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); };
    if (std::ranges::equal(name, text, same)) {
      return format;
    }
  }
  return FileFormat::kOther;
}

void ReadEqualityIds(Decoder& decoder, const Node& node, DataFile& out) {
  decoder.ReadArray(node, [&](const Node& item) {
    if (auto id = decoder.ReadInt32(item); id.has_value()) {
      out.equality_ids.emplace_back(*id);
    }
  });
}

void ReadSortOrder(Decoder& decoder, const Node& node, DataFile& out) {
  if (auto id = decoder.ReadInt32(node); id.has_value()) {
    out.sort_order_id = SortOrderId(*id);
  }
}

/// The first kFileFields of them are read in any case.
constexpr std::array kFields = {
    Handler{134, "content", ReadContent},
    Handler{
        100, "file_path",
        [](Decoder& d, const Node& n, DataFile& out) { out.path = d.ReadBytes(n).value_or(""); }},
    Handler{101, "file_format",
            [](Decoder& d, const Node& n, DataFile& out) {
              out.format = ToFileFormat(d.ReadBytes(n).value_or(""));
            }},
    Handler{103, "record_count",
            [](Decoder& d, const Node& n, DataFile& out) {
              out.record_count = d.ReadInt64(n).value_or(0);
            }},
    Handler{104, "file_size_in_bytes",
            [](Decoder& d, const Node& n, DataFile& out) {
              out.file_size_bytes = d.ReadInt64(n).value_or(0);
            }},
    Handler{142, "first_row_id",
            [](Decoder& d, const Node& n, DataFile& out) { out.first_row_id = d.ReadInt64(n); }},
    Handler{143, "referenced_data_file",
            [](Decoder& d, const Node& n, DataFile& out) {
              out.referenced_data_file = ReadOptionalString(d, n);
            }},
    Handler{144, "content_offset",
            [](Decoder& d, const Node& n, DataFile& out) { out.content_offset = d.ReadInt64(n); }},
    Handler{
        145, "content_size_in_bytes",
        [](Decoder& d, const Node& n, DataFile& out) { out.content_size_bytes = d.ReadInt64(n); }},
    Handler{102, "partition",
            [](Decoder& d, const Node& n, DataFile& out) { out.partition = ReadPartition(d, n); }},
    Handler{108, "column_sizes",
            [](Decoder& d, const Node& n, DataFile& out) { out.column_sizes = ReadCounts(d, n); }},
    Handler{109, "value_counts",
            [](Decoder& d, const Node& n, DataFile& out) { out.value_counts = ReadCounts(d, n); }},
    Handler{
        110, "null_value_counts",
        [](Decoder& d, const Node& n, DataFile& out) { out.null_value_counts = ReadCounts(d, n); }},
    Handler{
        137, "nan_value_counts",
        [](Decoder& d, const Node& n, DataFile& out) { out.nan_value_counts = ReadCounts(d, n); }},
    Handler{125, "lower_bounds",
            [](Decoder& d, const Node& n, DataFile& out) { out.lower_bounds = ReadBounds(d, n); }},
    Handler{128, "upper_bounds",
            [](Decoder& d, const Node& n, DataFile& out) { out.upper_bounds = ReadBounds(d, n); }},
    Handler{131, "key_metadata",
            [](Decoder& d, const Node& n, DataFile& out) {
              out.key_metadata = ReadOptionalString(d, n);
            }},
    Handler{132, "split_offsets",
            [](Decoder& d, const Node& n, DataFile& out) { out.split_offsets = ReadInt64s(d, n); }},
    Handler{135, "equality_ids", ReadEqualityIds},
    Handler{140, "sort_order_id", ReadSortOrder},
};
constexpr size_t kFileFields = 9;
static_assert(kFields[kFileFields].name == "partition");

}  // namespace

std::span<const Handler> DataFileFields(ManifestColumns columns) {
  std::span<const Handler> all = kFields;
  return columns == ManifestColumns::kAll ? all : all.first(kFileFields);
}

}  // namespace firn::iceberg
