// Firn's errors as Python's: every Result that reaches Python goes through here. The classes are
// those of firn/_errors.py, chosen there by the error's code.
//
// Thread-safety: with the GIL held.
#pragma once

#include <utility>

#include "base/result.h"

namespace firn::python {

/// Throws the Python exception of `error`.
[[noreturn]] void Raise(const Error& error);

template <class T>
T ValueOf(Result<T>&& result) {
  if (!result.has_value()) {
    Raise(result.error());
  }
  return *std::move(result);
}

inline void Check(const Status& status) {
  if (!status.has_value()) {
    Raise(status.error());
  }
}

}  // namespace firn::python
