#include <arrow/flight/types.h>

#include "server/flight/flight_status_internal.h"

namespace firn::flight {
namespace {

namespace fl = arrow::flight;

fl::FlightStatusCode CodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnauthenticated:
      return fl::FlightStatusCode::Unauthenticated;
    case ErrorCode::kForbidden:
      return fl::FlightStatusCode::Unauthorized;
    case ErrorCode::kUnavailable:
    case ErrorCode::kResourceExhausted:
      return fl::FlightStatusCode::Unavailable;
    case ErrorCode::kDeadlineExceeded:
      return fl::FlightStatusCode::TimedOut;
    default:
      return fl::FlightStatusCode::Failed;
  }
}

}  // namespace

arrow::Status IntoFlight(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kPayloadTooLarge:
      return arrow::Status::Invalid(error.message());
    case ErrorCode::kNotFound:
    case ErrorCode::kNoSuchTable:
    case ErrorCode::kNoSuchNamespace:
      return arrow::Status::KeyError(error.message());
    case ErrorCode::kUnsupported:
      return arrow::Status::NotImplemented(error.message());
    default:
      return fl::MakeFlightError(CodeOf(error.code()), error.message());
  }
}

arrow::Status IntoFlight(const Status& status) {
  return status.has_value() ? arrow::Status::OK() : IntoFlight(status.error());
}

std::string_view NameOf(fl::FlightMethod method) {
  switch (method) {
    case fl::FlightMethod::DoExchange:
      return "do_exchange";
    case fl::FlightMethod::DoPut:
      return "do_put";
    case fl::FlightMethod::DoGet:
      return "do_get";
    case fl::FlightMethod::GetFlightInfo:
      return "get_flight_info";
    default:
      return "other";
  }
}

}  // namespace firn::flight
