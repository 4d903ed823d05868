// Partition specs as JSON. Specification: Appendix C, "Partition Specs".
//
// Errors: kInvalidArgument. Thread-safety: pure functions.
#pragma once

#include <string>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "iceberg/schema/partition_spec.h"

namespace firn::iceberg {

Result<UnboundPartitionSpec> ParsePartitionSpec(json::Element element);
/// The bare field array that v1 files call `partition-spec`.
Result<UnboundPartitionSpec> ParsePartitionFields(json::Element element);

void AppendPartitionSpec(const UnboundPartitionSpec& spec, JsonWriter& out);
void AppendPartitionSpec(const PartitionSpec& spec, JsonWriter& out);
void AppendPartitionFields(const PartitionSpec& spec, JsonWriter& out);

}  // namespace firn::iceberg
