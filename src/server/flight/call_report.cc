#include "server/flight/call_report.h"

#include <utility>

namespace firn::flight {

CallReport::CallReport(const OnCall& on_call, std::string_view method, std::string peer)
    : on_call_(on_call), method_(method), peer_(std::move(peer)) {}

CallReport::~CallReport() { End(Error(ErrorCode::kUnavailable, "The client has gone")); }

void CallReport::End(const Status& end) {
  if (!std::exchange(ended_, true) && on_call_) {
    on_call_({.method = method_,
              .peer = peer_,
              .api = command_.api,
              .error = end.has_value() ? nullptr : &end.error(),
              .duration = std::chrono::steady_clock::now() - start_});
  }
}

}  // namespace firn::flight
