#include "iceberg/manifest/manifest_entry.h"

#include <algorithm>
#include <array>

namespace firn::iceberg {

FileFormat FileFormatOf(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, FileFormat>, 4> kFormats = {
      {{"parquet", FileFormat::kParquet},
       {"avro", FileFormat::kAvro},
       {"orc", FileFormat::kOrc},
       {"puffin", FileFormat::kPuffin}}};
  auto same = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); };
  for (const auto& [known, format] : kFormats) {
    if (std::ranges::equal(known, name, same)) {
      return format;
    }
  }
  return FileFormat::kOther;
}

}  // namespace firn::iceberg
