#include "server/rest/errors.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "server/http/url.h"

namespace firn::rest {
namespace {

struct Row {
  ErrorCode code{};
  ErrorMapping mapping;
};

constexpr std::array kRows = {
    Row{ErrorCode::kInvalidArgument, {400, "BadRequestException"}},
    // The Java client turns this type, and only this, into its IllegalArgumentException.
    Row{ErrorCode::kIllegalView, {400, "IllegalArgumentException"}},
    Row{ErrorCode::kPayloadTooLarge, {413, "BadRequestException"}},
    Row{ErrorCode::kUnauthenticated, {401, "NotAuthorizedException"}},
    Row{ErrorCode::kForbidden, {403, "ForbiddenException"}},
    Row{ErrorCode::kNoSuchWarehouse, {404, "NoSuchWarehouseException"}},
    Row{ErrorCode::kNoSuchNamespace, {404, "NoSuchNamespaceException"}},
    Row{ErrorCode::kNoSuchTable, {404, "NoSuchTableException"}},
    Row{ErrorCode::kNoSuchView, {404, "NoSuchViewException"}},
    Row{ErrorCode::kNotFound, {404, "NotFoundException"}},
    Row{ErrorCode::kUnsupported, {406, "UnsupportedOperationException"}},
    Row{ErrorCode::kAlreadyExists, {409, "AlreadyExistsException"}},
    Row{ErrorCode::kNamespaceNotEmpty, {409, "NamespaceNotEmptyException"}},
    Row{ErrorCode::kConflict, {409, "ConflictException"}},
    Row{ErrorCode::kCommitConflict, {409, "CommitFailedException"}},
    Row{ErrorCode::kLostRace, {409, "CommitFailedException"}},
    Row{ErrorCode::kUnprocessable, {422, "UnprocessableEntityException"}},
    Row{ErrorCode::kResourceExhausted, {429, "TooManyRequestsException"}},
    Row{ErrorCode::kCommitStateUnknown, {500, "CommitStateUnknownException"}},
    Row{ErrorCode::kUnavailable, {503, "ServiceUnavailableException"}},
    Row{ErrorCode::kDeadlineExceeded, {503, "ServiceUnavailableException"}},
};

constexpr std::string_view kRetryAfterSeconds = "1";

}  // namespace

ErrorMapping MappingOf(ErrorCode code) {
  for (const Row& row : kRows) {
    if (row.code == code) {
      return row.mapping;
    }
  }
  return {500, "InternalServerError"};
}

std::string MessageOf(const Error& error) {
  std::string message = error.message();
  if (!http::IsCleanUtf8(message)) {
    std::ranges::replace_if(
        message, [](char c) { return c == '\0' || static_cast<unsigned char>(c) >= 0x80; }, '?');
  }
  return message;
}

http::Response RenderErrorAs(const ErrorMapping& mapping, const Error& error) {
  std::string body;
  JsonWriter(body)
      .BeginObject()
      .Key("error")
      .BeginObject()
      .Field("message", MessageOf(error))
      .Field("type", mapping.type)
      .Field("code", mapping.status)
      .EndObject()
      .EndObject();
  http::Response response = http::MakeResponse(mapping.status, "application/json", std::move(body));
  response.error_type = mapping.type;
  if (mapping.status == 429 || mapping.status == 503) {
    response.headers.emplace_back("Retry-After", kRetryAfterSeconds);
  }
  return response;
}

http::Response RenderErrorAs(int status, const Error& error) {
  return RenderErrorAs(ErrorMapping{status, MappingOf(error.code()).type}, error);
}

http::Response RenderError(const Error& error) {
  return RenderErrorAs(MappingOf(error.code()).status, error);
}

bool IsDeterministic(ErrorCode code) {
  if (code == ErrorCode::kLostRace || code == ErrorCode::kNotFound) {
    return false;
  }
  int status = MappingOf(code).status;
  return status == 404 || status == 406 || status == 409 || status == 422;
}

std::string PrintStoredError(const Error& error) {
  std::string json;
  JsonWriter(json)
      .BeginObject()
      .Field("error-code", ToString(error.code()))
      .Field("message", MessageOf(error))
      .EndObject();
  return json;
}

namespace {

struct StoredError {
  ErrorCode code;
  std::string message;
};

Result<StoredError> ReadStoredError(std::string_view json) {
  ASSIGN_OR_RETURN(auto document, json::Document::Parse(json));
  ASSIGN_OR_RETURN(auto object, json::AsObject(document.root(), "stored error"));
  ASSIGN_OR_RETURN(std::string_view code, json::GetString(object, "error-code"));
  ASSIGN_OR_RETURN(std::string_view message, json::GetString(object, "message"));
  const auto* row =
      std::ranges::find(kRows, code, [](const Row& each) { return ToString(each.code); });
  if (row == kRows.end()) {
    return Error(ErrorCode::kInternal, "No such error code");
  }
  return StoredError{row->code, std::string(message)};
}

}  // namespace

Error ParseStoredError(std::string_view json) {
  auto stored = ReadStoredError(json);
  return stored ? Error(stored->code, stored->message)
                : Error(ErrorCode::kInternal, "A stored outcome cannot be read");
}

}  // namespace firn::rest
