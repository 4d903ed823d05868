#include <string>
#include <utility>

#include "server/flight/admission_internal.h"
#include "server/flight/flight_status_internal.h"

namespace firn::flight {
namespace {

namespace fl = arrow::flight;

/// A call that was let in, until it is over.
class Admitted final : public fl::ServerMiddleware {
 public:
  Admitted(std::unique_ptr<OpenCalls::Place> place, MonotonicTime deadline)
      : place_(std::move(place)), deadline_(deadline) {}

  std::string name() const override { return "admitted"; }
  void SendingHeaders(fl::AddCallHeaders*) override {}
  void CallCompleted(const arrow::Status&) override { place_.reset(); }

  MonotonicTime deadline() const { return deadline_; }

 private:
  std::unique_ptr<OpenCalls::Place> place_;
  const MonotonicTime deadline_;
};

}  // namespace

MonotonicTime Admission::DeadlineOf(const fl::ServerCallContext& context) {
  return static_cast<const Admitted*>(context.GetMiddleware(kKey))->deadline();
}

arrow::Status Admission::StartCall(const fl::CallInfo& info,
                                   const fl::ServerCallContext& context,
                                   std::shared_ptr<fl::ServerMiddleware>* middleware) {
  const MonotonicTime deadline = calls_.Deadline();
  auto place = open_.Enter(context.peer(), deadline);
  if (!place.has_value()) {
    CallReport(on_call_, NameOf(info.method), context.peer()).End(place.error());
    return IntoFlight(place.error());
  }
  *middleware = std::make_shared<Admitted>(*std::move(place), deadline);
  return arrow::Status::OK();
}

}  // namespace firn::flight
