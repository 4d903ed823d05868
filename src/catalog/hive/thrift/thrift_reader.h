// ReadMessage: a message in Thrift's binary protocol (strict), from bytes that nobody vouches for.
//
// Errors: kInternal for what is no such message; kPayloadTooLarge beyond a limit; those of the
// stream. After an error the stream is at no message's beginning: close it.
// Thread-safety: pure functions; the stream belongs to the calling thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/hive/thrift/stream.h"
#include "catalog/hive/thrift/thrift_value.h"
#include "catalog/hive/thrift/thrift_writer.h"

namespace firn::catalog::hive::thrift {

struct ReadLimits {
  /// Of the message as it is sent.
  int64_t bytes = int64_t{64} << 20;
  /// Values in one message, of any type: each takes some 100 bytes here.
  int64_t values = 2'000'000;
  /// Structs, maps, lists within each other.
  int depth = 32;
};

Result<Message> ReadMessage(Stream& stream,
                            Framing framing,
                            const ReadLimits& limits,
                            MonotonicTime deadline);

}  // namespace firn::catalog::hive::thrift
