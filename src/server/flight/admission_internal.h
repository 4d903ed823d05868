// Admission: lets so many calls in, each with its deadline, before Arrow reads a call's first
// message, which may never come. Thread-safety: any thread.
#pragma once

#include <memory>

#include <arrow/flight/server.h>
#include <arrow/flight/server_middleware.h>

#include "base/clock.h"
#include "server/flight/call_report.h"
#include "server/flight/calls/open_calls.h"
#include "server/flight/feast_calls.h"

namespace firn::flight {

class Admission final : public arrow::flight::ServerMiddlewareFactory {
 public:
  /// What this middleware is listed under.
  static constexpr const char* kKey = "admission";

  /// All outlive the server. Calls that are refused are told of here.
  Admission(OpenCalls& open, const FeastCalls& calls, const OnCall& on_call)
      : open_(open), calls_(calls), on_call_(on_call) {}

  /// Of a call that was let in, from its beginning.
  static MonotonicTime DeadlineOf(const arrow::flight::ServerCallContext& context);

  arrow::Status StartCall(const arrow::flight::CallInfo& info,
                          const arrow::flight::ServerCallContext& context,
                          std::shared_ptr<arrow::flight::ServerMiddleware>* middleware) override;

 private:
  OpenCalls& open_;
  const FeastCalls& calls_;
  const OnCall& on_call_;
};

}  // namespace firn::flight
