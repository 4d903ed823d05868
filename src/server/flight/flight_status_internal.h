// Errors as a client of Arrow Flight sees them: what to do, and the message. Methods by name.
#pragma once

#include <string_view>

#include <arrow/flight/middleware.h>
#include <arrow/status.h>

#include "base/result.h"

namespace firn::flight {

arrow::Status IntoFlight(const Error& error);
arrow::Status IntoFlight(const Status& status);

/// As the log has it.
std::string_view NameOf(arrow::flight::FlightMethod method);

}  // namespace firn::flight
