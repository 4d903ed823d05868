// Application: the whole server, put together from its settings: storage, database, services, HTTP.
//
// Errors of Run: whatever kept it from starting, in words that say what to do.
// Thread-safety: Run from the main thread.
#pragma once

#include "base/result.h"
#include "server/config/settings.h"

namespace firn::app {

/// Whether Run would take these settings; opens nothing. Errors: kInvalidArgument naming the key.
Status CheckSettings(const config::Settings& settings);

/// Starts the server, prints where it listens, and serves until SIGTERM or SIGINT; then drains.
Status Run(const config::Settings& settings);

}  // namespace firn::app
