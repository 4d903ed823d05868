#include "iceberg/metadata/table_properties.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/ascii.h"

namespace firn::iceberg {
namespace {

constexpr std::array<std::string_view, 9> kReserved{
    kFormatVersionProperty, "uuid",
    "snapshot-count",       "current-snapshot-summary",
    "current-snapshot-id",  "current-snapshot-timestamp-ms",
    "current-schema",       "default-partition-spec",
    "default-sort-order",
};

template <class Number>
Result<Number> Integer(const PropertyMap& properties, std::string_view name, Number default_value) {
  auto found = properties.find(std::string(name));
  if (found == properties.end()) {
    return default_value;
  }
  std::string_view text = found->second;
  Number value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Table property {} must have integer value", name));
  }
  return value;
}

}  // namespace

Status CheckPropertiesSize(const PropertyMap& properties) {
  size_t bytes = 0;
  for (const auto& [name, value] : properties) {
    bytes += name.size() + value.size();
  }
  if (bytes > kMaxPropertiesBytes) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("The properties would be larger than {} bytes", kMaxPropertiesBytes));
  }
  return {};
}

bool IsReservedProperty(std::string_view name) {
  return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

Result<int32_t> IntProperty(const PropertyMap& properties,
                            std::string_view name,
                            int32_t default_value) {
  return Integer(properties, name, default_value);
}

Result<int64_t> LongProperty(const PropertyMap& properties,
                             std::string_view name,
                             int64_t default_value) {
  return Integer(properties, name, default_value);
}

bool BoolProperty(const PropertyMap& properties, std::string_view name, bool default_value) {
  auto found = properties.find(std::string(name));
  return found == properties.end() ? default_value : EqualsIgnoringCase(found->second, "true");
}

}  // namespace firn::iceberg
