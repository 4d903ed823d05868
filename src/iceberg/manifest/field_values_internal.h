// Values that several records of manifests share.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "iceberg/manifest/avro/decoder.h"
#include "iceberg/schema/ids.h"
#include "iceberg/schema/literal.h"

namespace firn::iceberg {

/// A copy of text or bytes; nullopt for null.
std::optional<std::string> ReadOptionalString(avro::Decoder& decoder, const avro::Node& node);

/// A map from field id to long, as Iceberg writes it (a list of key-value records). Empty for null;
/// null values are left out.
std::vector<std::pair<FieldId, int64_t>> ReadCounts(avro::Decoder& decoder, const avro::Node& node);
/// The same with binary values.
std::vector<std::pair<FieldId, std::string>> ReadBounds(avro::Decoder& decoder,
                                                        const avro::Node& node);

/// A list of longs (ints too). Empty for null.
std::vector<int64_t> ReadInt64s(avro::Decoder& decoder, const avro::Node& node);

/// A partition tuple: its non-null fields. A value has the type that the file gives it.
StructValue ReadPartition(avro::Decoder& decoder, const avro::Node& node);

}  // namespace firn::iceberg
