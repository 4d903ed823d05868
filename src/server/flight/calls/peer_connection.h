// CutConnection: ends a TCP connection of this process, known by its two ends. A call of Arrow
// Flight cannot be cancelled by its server; the end of its connection ends it.
//
// The sockets are those of /proc/self/fd. A descriptor that is closed and given out again between
// the look and the cut is another connection's, which is then cut, or no socket: nothing happens.
// Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace firn::flight {

/// `peer` as gRPC writes it, `ipv4:127.0.0.1:4711` or `ipv6:[::1]:4711` (`%5B::1%5D`); `port` is
/// this process's. Both directions end. False where there is no such connection.
bool CutConnection(std::string_view peer, uint16_t port);

}  // namespace firn::flight
