// Writes Avro by hand, right or wrong, for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firn::iceberg::avro::testing {

/// A varint, as Avro writes int and long, counts, lengths and union branches.
std::string Long(int64_t value);
/// Length and bytes: string, bytes.
std::string Text(std::string_view text);

/// A block's records, as they are in the file.
struct RawBlock {
  int64_t count = 0;
  std::string packed;
};

/// A container file. `metadata` beside schema and codec.
std::string File(std::string_view schema,
                 std::string_view codec,
                 const std::vector<RawBlock>& blocks,
                 const std::vector<std::pair<std::string, std::string>>& metadata = {});

}  // namespace firn::iceberg::avro::testing
