// HiveType: types of columns as Hive names them, for engines that look at a Hive Metastore or at
// AWS Glue alone.
//
// Source: HiveSchemaUtil of Iceberg's Java library. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "iceberg/schema/type.h"

namespace firn::catalog::pointer {

/// What becomes of a timestamp with a time zone.
enum class HiveZones : uint8_t {
  kNone,   ///< `timestamp`: Hive 2, AWS Glue.
  kLocal,  ///< `timestamp with local time zone`: since Hive 3.
};

std::string HiveType(const iceberg::Type& type, HiveZones zones);

}  // namespace firn::catalog::pointer
