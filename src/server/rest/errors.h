// The one table from Firn's error codes to HTTP statuses and Iceberg error types, and the error
// body. REST: schema IcebergErrorResponse.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "server/http/message.h"

namespace firn::rest {

struct ErrorMapping {
  int status;
  /// For example NoSuchTableException.
  std::string_view type;
};

ErrorMapping MappingOf(ErrorCode code);

/// The message as UTF-8: it may quote bytes of a corrupt file.
std::string MessageOf(const Error& error);

/// A response in the error model; 429 and 503 carry Retry-After.
http::Response RenderError(const Error& error);
/// The same with another status, for errors of the transport (413, 431).
http::Response RenderErrorAs(int status, const Error& error);
/// The same as what only one operation calls it.
http::Response RenderErrorAs(const ErrorMapping& mapping, const Error& error);

/// True for the refusals that are kept under an idempotency key: what the catalog's state decides
/// with 404, 406, 409 or 422. Free stays the key of a call that was malformed or not allowed (400,
/// 401, 403) and of one that may succeed as it is: a race that was lost, a file that is missing.
bool IsDeterministic(ErrorCode code);

/// An error as it is kept under an idempotency key, and back.
std::string PrintStoredError(const Error& error);
Error ParseStoredError(std::string_view json);

}  // namespace firn::rest
