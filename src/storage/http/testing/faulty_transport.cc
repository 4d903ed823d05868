#include "storage/http/testing/faulty_transport.h"

#include <string>

namespace firn::storage::http::testing {
namespace {

HttpResponse S3Refusal(int status, const std::string& code) {
  return {.status = status,
          .headers = {{"content-type", "application/xml"}},
          .body = "<Error><Code>" + code + "</Code><Message>Injected</Message></Error>"};
}

}  // namespace

void FaultyTransport::Arm(const TransportFaultPlan& plan) {
  std::scoped_lock lock(mutex_);
  plan_ = plan;
  calls_ = 0;
}

Result<HttpResponse> FaultyTransport::RoundTrip(const HttpRequest& request,
                                                MonotonicTime deadline) {
  TransportFaultPlan plan;
  int64_t number = 0;
  {
    std::scoped_lock lock(mutex_);
    plan = plan_;
    number = ++calls_;
  }
  bool spoilt = plan.call > 0 && (number == plan.call || (plan.from_then_on && number > plan.call));
  if (!spoilt) {
    return inner_.RoundTrip(request, deadline);
  }
  switch (plan.fault) {
    case TransportFault::kRefused:
      return Error(ErrorCode::kUnavailable, "Injected: connection refused");
    case TransportFault::kReplyLost:
      static_cast<void>(inner_.RoundTrip(request, deadline).has_value());
      return Error(ErrorCode::kIoError, "Injected: reply lost");
    case TransportFault::kCut:
      return Error(ErrorCode::kIoError, "Injected: connection reset");
    case TransportFault::kSlowDown:
      return S3Refusal(503, "SlowDown");
    case TransportFault::kInternal:
      static_cast<void>(inner_.RoundTrip(request, deadline).has_value());
      return S3Refusal(500, "InternalError");
  }
  return Error(ErrorCode::kInternal, "No such fault");
}

}  // namespace firn::storage::http::testing
