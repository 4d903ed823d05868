// What an answer of S3 that is none of the hoped-for means: an Error in Firn's words, and whether
// another attempt may help.
//
//   kNotFound         no such object, with the text that Iceberg clients know
//   kAlreadyExists    the condition of a write does not hold
//   kForbidden        the server's keys may not do this
//   kUnsupported      this store does not do it
//   kUnavailable      busy or failing, after all attempts
//   kIoError          anything else: no such bucket, refused keys, another region, a broken answer
// S3's code and the request's id are context; texts of the store are not passed on.
// Thread-safety: pure.
#pragma once

#include <string_view>

#include "base/error.h"
#include "storage/http/http_message.h"
#include "storage/s3/s3_xml.h"

namespace firn::storage::s3 {

Error ErrorOf(const http::HttpResponse& response, std::string_view location);

/// Of one object of a deletion.
Error ErrorOf(const S3Failure& failure, std::string_view location);

/// True for a status or an error code that says "later", also inside an answer with status 200.
bool IsTransient(const http::HttpResponse& response);

/// True for codes that say "later": SlowDown, InternalError, ...
bool IsTransientCode(std::string_view code);

/// An Error body under status 200, as long operations may have it.
bool HoldsError(const http::HttpResponse& response);

Error NoSuchFile(std::string_view location);

}  // namespace firn::storage::s3
