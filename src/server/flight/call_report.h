// CallReport: tells of a call once it has ended; that it is without an end where it goes is an
// error. Thread-safety: one thread at a time.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "server/flight/feast_command.h"

namespace firn::flight {

/// A call that has ended, for logs; valid during the call only.
struct FlightCall {
  std::string_view method;
  std::string_view peer;
  /// As the client named it; empty where it named none.
  std::string_view api;
  /// Null: it succeeded.
  const Error* error = nullptr;
  std::chrono::nanoseconds duration{};
};

/// On any thread; may be empty.
using OnCall = std::function<void(const FlightCall&)>;

class CallReport {
 public:
  /// `on_call` and the method's name outlive the report.
  CallReport(const OnCall& on_call, std::string_view method, std::string peer);
  ~CallReport();
  CallReport(const CallReport&) = delete;
  CallReport& operator=(const CallReport&) = delete;

  /// What the call asks for, filled in by who reads it.
  FeastCommand& command() { return command_; }
  /// The first end counts.
  void End(const Status& end);

 private:
  const OnCall& on_call_;
  const std::string_view method_;
  const std::string peer_;
  const MonotonicTime start_ = std::chrono::steady_clock::now();
  FeastCommand command_;
  bool ended_ = false;
};

}  // namespace firn::flight
