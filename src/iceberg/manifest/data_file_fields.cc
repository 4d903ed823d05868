#include <algorithm>
#include <array>
#include <utility>

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

void ReadFormat(Decoder& decoder, const Node& node, DataFile& out) {
  out.format = ToFileFormat(decoder.ReadBytes(node).value_or(""));
}

/// The first kFileFields of them are read in any case.
constexpr std::array kFields = {
    Handler{134, "content", ReadContent},
    Handler{100, "file_path", Into<&DataFile::path>},
    Handler{101, "file_format", ReadFormat},
    Handler{103, "record_count", Into<&DataFile::record_count>},
    Handler{104, "file_size_in_bytes", Into<&DataFile::file_size_bytes>},
    Handler{142, "first_row_id", Into<&DataFile::first_row_id>},
    Handler{143, "referenced_data_file", Into<&DataFile::referenced_data_file>},
    Handler{144, "content_offset", Into<&DataFile::content_offset>},
    Handler{145, "content_size_in_bytes", Into<&DataFile::content_size_bytes>},
    Handler{102, "partition", Into<&DataFile::partition>},
    Handler{108, "column_sizes", Into<&DataFile::column_sizes>},
    Handler{109, "value_counts", Into<&DataFile::value_counts>},
    Handler{110, "null_value_counts", Into<&DataFile::null_value_counts>},
    Handler{137, "nan_value_counts", Into<&DataFile::nan_value_counts>},
    Handler{125, "lower_bounds", Into<&DataFile::lower_bounds>},
    Handler{128, "upper_bounds", Into<&DataFile::upper_bounds>},
    Handler{131, "key_metadata", Into<&DataFile::key_metadata>},
    Handler{132, "split_offsets", Into<&DataFile::split_offsets>},
    Handler{135, "equality_ids", Into<&DataFile::equality_ids>},
    Handler{140, "sort_order_id", Into<&DataFile::sort_order_id>},
};
constexpr size_t kFileFields = 9;
static_assert(kFields[kFileFields].name == "partition");

}  // namespace

std::span<const Handler> DataFileFields(EntryFields columns) {
  std::span<const Handler> all = kFields;
  return columns == EntryFields::kAll ? all : all.first(kFileFields);
}

}  // namespace firn::iceberg
