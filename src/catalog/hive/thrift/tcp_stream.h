// TcpDialer: connections over TCP, without TLS. Host names are looked up by the system, which knows
// no deadline of ours; everything else ends at the caller's.
//
// Errors: stream.h. Thread-safety: any thread.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "catalog/hive/thrift/stream.h"

struct addrinfo;

namespace firn::catalog::hive::thrift {

class TcpDialer final : public Dialer {
 public:
  /// `clock` must outlive this and its streams.
  explicit TcpDialer(const Clock& clock) : clock_(clock) {}

  Result<std::unique_ptr<Stream>> Dial(const std::string& host,
                                       uint16_t port,
                                       MonotonicTime deadline) override;

 private:
  const Clock& clock_;
};

/// To the first address that takes the connection; each has its DeadlineOfTry. Errors: the last's.
Result<std::unique_ptr<Stream>> DialFirst(const addrinfo* addresses,
                                          const Clock& clock,
                                          MonotonicTime deadline);

}  // namespace firn::catalog::hive::thrift
