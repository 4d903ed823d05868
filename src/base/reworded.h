// Reworded: an error with another message; its code, place and context stay.
//
// Thread-safety: pure.
#pragma once

#include <string>
#include <utility>

#include "base/error.h"

namespace firn {

inline Error Reworded(const Error& error, std::string message) {
  Error reworded(error.code(), std::move(message), error.where());
  for (const auto& [key, value] : error.context()) {
    reworded.With(key, value);
  }
  return reworded;
}

}  // namespace firn
