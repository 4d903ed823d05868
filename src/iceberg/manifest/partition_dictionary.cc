#include "iceberg/manifest/avro/decoder.h"
#include "iceberg/manifest/field_values_internal.h"
#include "iceberg/manifest/partition_dictionary_internal.h"

namespace firn::iceberg {

std::optional<uint32_t> PartitionDictionary::Find(std::string_view tuple) {
  auto found = ids_.find(tuple);
  if (found == ids_.end()) {
    StructValue values;
    // Null, or a tuple without fields, is no bytes.
    if (type_ != nullptr && !tuple.empty()) {
      avro::Decoder decoder(tuple);
      Read(decoder, *type_, values);
      if (!decoder.ok()) {
        return std::nullopt;
      }
    }
    // The key in the map is gone when the manifest is decoded.
    memory_bytes_ +=
        sizeof(StructValue) + values.fields.capacity() * sizeof(values.fields[0]) + tuple.size();
    found = ids_.emplace(tuple, static_cast<uint32_t>(tuples_.size())).first;
    tuples_.push_back(std::move(values));
  }
  last_ = found->first;
  last_id_ = found->second;
  return last_id_;
}

}  // namespace firn::iceberg
