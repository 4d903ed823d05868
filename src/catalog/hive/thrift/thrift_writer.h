// PrintMessage: a message in Thrift's binary protocol (strict), plain or as one frame.
//
// Precondition: the message's values are whole: of each struct as many ids as items, of a map an
// even number of items. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "catalog/hive/thrift/thrift_value.h"

namespace firn::catalog::hive::thrift {

/// How messages follow each other.
enum class Framing : uint8_t {
  kNone,    ///< One after the other, as a metastore wants it by default.
  kFrames,  ///< Each after its length in four bytes.
};

std::string PrintMessage(const Message& message, Framing framing);

}  // namespace firn::catalog::hive::thrift
