// FlightServer: Feast's calls (feast_calls.h) over Arrow Flight. A client asks by one do_exchange,
// or, where nothing comes back, by do_put; clients before 0.67 send by do_put, ask for a ticket by
// get_flight_info and fetch by do_get (pending_uploads.h). Arrow Flight and gRPC are known to its
// source and to those of admission and flight_status only, and begin to work with Start.
//
// A call's upload is read whole before its answer begins and before it has a place among the joins
// that run, up to the memory of a call. A client that goes ends its call; one that neither sends
// nor reads has the place and the memory of its call until its deadline, and its connection is cut
// soon after: the call's thread waits for nothing else (open_calls.h). Errors of Start:
// kInvalidArgument, kUnavailable (the port is taken).
// Thread-safety: Start and Stop from one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "server/flight/call_report.h"
#include "server/flight/feast_calls.h"

namespace firn::flight {

struct FlightOptions {
  /// An IP address or localhost.
  std::string host;
  /// 0 lets the system choose.
  uint16_t port = 0;
  /// Calls that run at a time: as many may have an upload of the largest size at a time.
  size_t max_running = 2;
  /// Of one call's upload; also of all uploads that wait to be asked for.
  int64_t memory_bytes = int64_t{512} << 20;
  /// Told of every call.
  OnCall on_call = nullptr;
};

class FlightServer {
 public:
  /// `calls` outlives the server.
  static Result<std::unique_ptr<FlightServer>> Start(const FlightOptions& options,
                                                     FeastCalls& calls);
  /// Stops where that was not done.
  ~FlightServer();
  FlightServer(const FlightServer&) = delete;
  FlightServer& operator=(const FlightServer&) = delete;

  uint16_t port() const;
  /// Takes no more calls, waits for those that run, and tells to end what still runs after `time`.
  void Stop(std::chrono::milliseconds time);

 private:
  class Endpoint;
  explicit FlightServer(std::unique_ptr<Endpoint> endpoint);

  std::unique_ptr<Endpoint> endpoint_;
};

}  // namespace firn::flight
