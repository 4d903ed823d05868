#include "catalog/rest/rest_error.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/json_reader.h"

namespace firn::catalog::rest {
namespace {

using storage::http::HttpResponse;

struct TypeRow {
  std::string_view type;
  ErrorCode code;
};

/// As the REST document and the reference implementation name them.
constexpr std::array kTypes = {
    TypeRow{"NoSuchNamespaceException", ErrorCode::kNoSuchNamespace},
    TypeRow{"NoSuchTableException", ErrorCode::kNoSuchTable},
    TypeRow{"NoSuchIcebergTableException", ErrorCode::kNoSuchTable},
    TypeRow{"NoSuchViewException", ErrorCode::kNoSuchView},
    TypeRow{"NoSuchWarehouseException", ErrorCode::kNoSuchWarehouse},
    TypeRow{"NotFoundException", ErrorCode::kNotFound},
    TypeRow{"AlreadyExistsException", ErrorCode::kAlreadyExists},
    TypeRow{"NamespaceNotEmptyException", ErrorCode::kNamespaceNotEmpty},
    TypeRow{"CommitFailedException", ErrorCode::kCommitConflict},
    TypeRow{"CommitStateUnknownException", ErrorCode::kCommitStateUnknown},
    TypeRow{"UnprocessableEntityException", ErrorCode::kUnprocessable},
    TypeRow{"UnsupportedOperationException", ErrorCode::kUnsupported},
    TypeRow{"ForbiddenException", ErrorCode::kForbidden},
};

constexpr size_t kMaxMessageBytes = 4096;

struct Model {
  std::string message;
  std::string type;
};

std::optional<Model> ParseModel(const HttpResponse& response) {
  auto document = json::Document::Parse(response.body);
  if (!document.has_value()) {
    return std::nullopt;
  }
  auto root = json::AsObject(document->root(), "answer");
  auto error = root.has_value() ? json::GetObject(*root, "error") : std::move(root);
  if (!error.has_value()) {
    return std::nullopt;
  }
  auto message = json::FindString(*error, "message");
  auto type = json::FindString(*error, "type");
  if (!message.has_value() || !type.has_value()) {
    return std::nullopt;
  }
  return Model{std::string(message->value_or("").substr(0, kMaxMessageBytes)),
               std::string(type->value_or(""))};
}

ErrorCode CodeOfStatus(const HttpResponse& response, const StatusMeaning& meaning) {
  switch (response.status) {
    case 401:
    case 419:
      return ErrorCode::kUnauthenticated;
    case 403:
      return ErrorCode::kForbidden;
    case 404:
      return meaning.not_found;
    case 405:
    case 406:
    case 501:
      return ErrorCode::kUnsupported;
    case 408:
    case 502:
    case 503:
    case 504:
      return ErrorCode::kUnavailable;
    case 409:
      return meaning.conflict;
    case 413:
      return ErrorCode::kPayloadTooLarge;
    case 422:
      return ErrorCode::kUnprocessable;
    case 429:
      return ErrorCode::kResourceExhausted;
    default:
      break;
  }
  if (response.status < 400) {
    return ErrorCode::kUnsupported;  // a redirect
  }
  return response.status < 500 ? ErrorCode::kInvalidArgument : ErrorCode::kIoError;
}

}  // namespace

Error ErrorOf(const HttpResponse& response, const StatusMeaning& meaning) {
  ErrorCode code = CodeOfStatus(response, meaning);
  auto model = ParseModel(response);
  if (!model || model->message.empty()) {
    return Error(code, fmt::format("The catalog answers with status {}", response.status));
  }
  auto row = std::ranges::find(kTypes, model->type, &TypeRow::type);
  bool is_refusal = response.status >= 400 && response.status < 500;
  if (row != kTypes.end() && (is_refusal || row->code == ErrorCode::kCommitStateUnknown)) {
    code = row->code;
  }
  return Error(code, std::move(model->message)).With("status", std::to_string(response.status));
}

bool ProvesNotCarriedOut(const HttpResponse& response) {
  if (response.status == 408) {
    return false;  // who gave up waiting may be a proxy
  }
  bool pushed_back = response.status == 503 &&
                     storage::http::FindHeader(response.headers, "retry-after") != nullptr;
  return (response.status >= 300 && response.status < 500) || response.status == 501 || pushed_back;
}

bool IsFinalUnderKey(int status) {
  return (status >= 200 && status < 300) || status == 404 || status == 406 || status == 409 ||
         status == 422;
}

}  // namespace firn::catalog::rest
