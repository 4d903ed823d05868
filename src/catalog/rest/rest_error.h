// What a REST catalog's answers mean in Firn's words: the error model of the Iceberg REST document
// (schema ErrorModel), and whether a request was carried out at all.
//
// Thread-safety: pure functions.
#pragma once

#include "base/error.h"
#include "storage/http/http_message.h"

namespace firn::catalog::rest {

/// What a status means to one kind of request where the body does not say more.
struct StatusMeaning {
  ErrorCode not_found = ErrorCode::kNotFound;
  ErrorCode conflict = ErrorCode::kConflict;
};

/// The error that a response with a status from 300 on stands for, with the catalog's message. The
/// `type` of the error model counts before the status.
Error ErrorOf(const storage::http::HttpResponse& response, const StatusMeaning& meaning);

/// True where the response proves that the change it answers was not carried out by the attempt it
/// belongs to: what was refused before anything was touched. 5xx does not, but for 501 and for 503
/// with a Retry-After; a proxy answers the others after the catalog had the request.
bool ProvesNotCarriedOut(const storage::http::HttpResponse& response);

/// True where a catalog that keeps idempotency keys gives this response for the operation, however
/// often it was sent: success, or a refusal that its state decides.
bool IsFinalUnderKey(int status);

}  // namespace firn::catalog::rest
