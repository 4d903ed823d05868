#include "iceberg/schema/partition_key.h"

#include "iceberg/schema/literal_binary.h"

namespace firn::iceberg {
namespace {

void AppendNumber(std::string& key, size_t number) {
  key += std::to_string(number);
  key += ':';
}

/// As of the widest type that the value's may be promoted to, as far as partitions allow that.
std::string WidestBytes(const Literal& value) {
  if (const auto* narrow = value.As<int32_t>()) {
    return EncodeLiteral(Literal(int64_t{*narrow}));
  }
  if (const auto* single = value.As<float>()) {
    return EncodeLiteral(Literal(double{*single}));
  }
  return EncodeLiteral(value);
}

}  // namespace

std::string PartitionKey(SpecId spec, const StructValue& partition) {
  std::string key = std::to_string(spec.value()) + "/";
  for (const auto& [field, value] : partition.fields) {
    std::string bytes = WidestBytes(value);
    AppendNumber(key, static_cast<size_t>(field.value()));
    AppendNumber(key, bytes.size());
    key += bytes;
  }
  return key;
}

}  // namespace firn::iceberg
