// How the clients of catalogs tell that no answer came: by a "hint" in the error's context, which
// says what to look at. Errors that a catalog answered, and those of files, have none: who shows
// an error knows by it what is down.
//
// Thread-safety: a pure function.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace firn::catalog {

/// `error` with a `hint` where it is kUnavailable or kDeadlineExceeded, else as it is.
/// Precondition: no answer came.
inline Error NoAnswer(Error error, std::string_view hint) {
  bool is_down =
      error.code() == ErrorCode::kUnavailable || error.code() == ErrorCode::kDeadlineExceeded;
  return is_down ? std::move(error).With("hint", std::string(hint)) : std::move(error);
}

}  // namespace firn::catalog
