// Arrow's statuses and Parquet's exceptions as Firn's errors. Every call of Arrow in src/columnar
// goes through here, so that none of its errors leaves the room as something else.
//
// What a library says of a file that others wrote is kInvalidMetadata with the file's path added by
// who opened it; an error of storage that passed through Arrow keeps its own code (StoreErrorDetail
// in object_file.cc).
// Thread-safety: pure functions.
#pragma once

#include <exception>
#include <new>
#include <string>
#include <utility>

#include <arrow/result.h>
#include <arrow/status.h>
#include <parquet/exception.h>

#include "base/result.h"

namespace firn::columnar {

/// `status` is not ok. Out of memory: kResourceExhausted; not implemented: kUnsupported; invalid
/// and type errors: `bad_input`; else kInternal.
Error FromArrow(const arrow::Status& status, ErrorCode bad_input);

/// An Error as a status that FromArrow gives back as it was.
arrow::Status IntoArrow(Error error);

inline Status ToStatus(const arrow::Status& status,
                       ErrorCode bad_input = ErrorCode::kInvalidMetadata) {
  if (status.ok()) {
    return {};
  }
  return FromArrow(status, bad_input);
}

template <class T>
Result<T> ToResult(arrow::Result<T> result, ErrorCode bad_input = ErrorCode::kInvalidMetadata) {
  if (!result.ok()) {
    return FromArrow(result.status(), bad_input);
  }
  return std::move(result).ValueUnsafe();
}

/// Runs `body`, which returns a Result or a Status and may throw what Parquet throws. What Arrow's
/// files told Parquet keeps its code.
template <class Body>
auto Guarded(Body&& body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::kResourceExhausted, "Out of memory in Parquet");
  } catch (const parquet::ParquetStatusException& thrown) {
    return FromArrow(thrown.status(), ErrorCode::kInvalidMetadata);
  } catch (const std::exception& thrown) {
    return Error(ErrorCode::kInvalidMetadata, std::string("Parquet: ") + thrown.what());
  }
}

}  // namespace firn::columnar
