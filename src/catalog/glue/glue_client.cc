#include "catalog/glue/glue_client.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "catalog/no_answer.h"
#include "storage/call_deadline.h"
#include "storage/http/curl_transport.h"

namespace firn::catalog::glue {
namespace {

namespace aws = storage::aws;
namespace http = storage::http;

struct CodeRow {
  std::string_view name;
  ErrorCode code;
};

constexpr std::array kCodes = {
    CodeRow{"EntityNotFoundException", ErrorCode::kNotFound},
    CodeRow{"AlreadyExistsException", ErrorCode::kAlreadyExists},
    CodeRow{"ConcurrentModificationException", ErrorCode::kLostRace},
    CodeRow{"VersionMismatchException", ErrorCode::kLostRace},
    CodeRow{"InvalidInputException", ErrorCode::kInvalidArgument},
    CodeRow{"ValidationException", ErrorCode::kInvalidArgument},
    CodeRow{"AccessDeniedException", ErrorCode::kForbidden},
    CodeRow{"UnrecognizedClientException", ErrorCode::kUnauthenticated},
    CodeRow{"InvalidSignatureException", ErrorCode::kUnauthenticated},
    CodeRow{"IncompleteSignatureException", ErrorCode::kUnauthenticated},
    CodeRow{"MissingAuthenticationTokenException", ErrorCode::kUnauthenticated},
    CodeRow{"ExpiredTokenException", ErrorCode::kUnauthenticated},
    CodeRow{"ThrottlingException", ErrorCode::kResourceExhausted},
    CodeRow{"ThrottledException", ErrorCode::kResourceExhausted},
    CodeRow{"TooManyRequestsException", ErrorCode::kResourceExhausted},
    CodeRow{"ResourceNumberLimitExceededException", ErrorCode::kResourceExhausted},
};

constexpr std::string_view kHint =
    "is AWS Glue reached from here, and glue.endpoint or glue.region right?";

/// A failure as Glue tells it.
struct Failure {
  std::string name;
  std::string message;
};

Failure FailureOf(const http::HttpResponse& response) {
  Failure failure;
  if (const std::string* type = http::FindHeader(response.headers, "x-amzn-errortype")) {
    failure.name = *type;
  }
  auto document = json::Document::Parse(response.body);
  auto root = document.has_value() ? json::AsObject(document->root(), "error")
                                   : Result<json::Object>(Error(document.error()));
  if (root.has_value()) {
    for (std::string_view key : {"Message", "message"}) {
      auto text = json::GetString(*root, key);
      failure.message = text.has_value() ? std::string(*text) : failure.message;
    }
    auto type = json::GetString(*root, "__type");
    failure.name = failure.name.empty() && type.has_value() ? std::string(*type) : failure.name;
  }
  // `com.amazonaws.glue#EntityNotFoundException:http://...`
  failure.name = failure.name.substr(0, failure.name.find(':'));
  failure.name.erase(0, failure.name.find('#') + 1);
  return failure;
}

bool IsThrottled(const http::HttpResponse& response) {
  if (response.status == 429) {
    return true;
  }
  std::string name = response.status == 400 ? FailureOf(response).name : "";
  return name.starts_with("Thrott") || name == "TooManyRequestsException";
}

bool IsPassing(const http::HttpResponse& response) {
  return IsThrottled(response) || http::IsTransientStatus(response.status);
}

Error ErrorOf(const http::HttpResponse& response, Effect effect) {
  Failure failure = FailureOf(response);
  auto row = std::ranges::find(kCodes, failure.name, &CodeRow::name);
  ErrorCode code = ErrorCode::kInvalidArgument;
  if (row != kCodes.end()) {
    code = row->code;
  } else if (response.status == 403 || response.status == 401) {
    code = ErrorCode::kForbidden;
  } else if (response.status >= 500 || failure.name == "OperationTimeoutException") {
    code = effect == Effect::kChange ? ErrorCode::kCommitStateUnknown : ErrorCode::kUnavailable;
  } else if (failure.name.empty()) {
    code = ErrorCode::kInternal;  // nothing that Glue would say
  }
  return Error(code, failure.message.empty() ? "AWS Glue refused" : failure.message)
      .With("glue", failure.name)
      .With("status", std::to_string(response.status));
}

std::unique_ptr<aws::CredentialsProvider> CredentialsOf(const GlueOptions& options,
                                                        const CatalogEnvironment& environment) {
  if (!options.credentials.access_key_id.empty()) {
    return std::make_unique<aws::StaticCredentials>(options.credentials);
  }
  std::vector<std::unique_ptr<aws::CredentialsProvider>> providers;
  if (options.profile.empty()) {
    providers.push_back(std::make_unique<aws::EnvironmentCredentials>(environment.variables));
  }
  providers.push_back(std::make_unique<aws::ProfileCredentials>(
      environment.variables, options.profile, environment.clock));
  return std::make_unique<aws::ChainedCredentials>(std::move(providers));
}

}  // namespace

Result<std::unique_ptr<GlueClient>> GlueClient::Make(const GlueOptions& options,
                                                     const CatalogEnvironment& environment) {
  std::unique_ptr<http::HttpTransport> transport;
  if (environment.transport == nullptr) {
    ASSIGN_OR_RETURN(transport, http::CurlTransport::Make({}));
  }
  return std::unique_ptr<GlueClient>(new GlueClient(options, environment, std::move(transport)));
}

GlueClient::GlueClient(const GlueOptions& options,
                       const CatalogEnvironment& environment,
                       std::unique_ptr<http::HttpTransport> own_transport)
    : url_(options.endpoint + "/"),
      clock_(environment.clock),
      own_transport_(std::move(own_transport)),
      credentials_(CredentialsOf(options, environment)),
      signer_(*credentials_, {.region = options.region, .service = "glue"}, environment.clock),
      http_(environment.transport != nullptr ? *environment.transport : *own_transport_,
            environment.clock,
            environment.sleeper != nullptr ? *environment.sleeper : own_sleeper_,
            options.retry) {}

Result<json::Document> GlueClient::Call(std::string_view operation,
                                        std::string_view body,
                                        Effect effect) {
  bool reads = effect == Effect::kRead;
  http::HttpRequest request{
      .method = "POST",
      .url = url_,
      .headers = {{"Content-Type", "application/x-amz-json-1.1"},
                  {"X-Amz-Target", "AWSGlue." + std::string(operation)}},
      .body = body,
      .max_response_bytes = kMaxAnswerBytes,
      .connection = reads ? http::ConnectionUse::kPooled : http::ConnectionUse::kFresh};
  http::SendOptions send{
      .deadline = std::min(storage::CallDeadline::Current(), clock_.Monotonic() + kMaxCallTime),
      .replay = reads ? http::Replay::kSafe : http::Replay::kRefused,
      .signer = &signer_,
      .is_transient = reads ? &IsPassing : &IsThrottled};
  auto response = http_.Send(std::move(request), send);
  if (!response.has_value()) {
    ErrorCode cause = response.error().code();
    bool is_ours = cause == ErrorCode::kUnauthenticated || cause == ErrorCode::kUnavailable;
    if (is_ours) {
      return NoAnswer(TakeError(std::move(response)), kHint);  // nothing was sent
    }
    return NoAnswer(TakeError(std::move(response))
                        .As(reads ? ErrorCode::kUnavailable : ErrorCode::kCommitStateUnknown),
                    kHint);
  }
  if (response->status != 200) {
    return ErrorOf(*response, effect);
  }
  auto answer =
      json::Document::Parse(response->body.empty() ? "{}" : response->body, json::kFileLimits);
  if (!answer.has_value()) {
    return Error(reads ? ErrorCode::kInternal : ErrorCode::kCommitStateUnknown,
                 "AWS Glue gave no answer of its own")
        .With("cause", answer.error().message());
  }
  return answer;
}

}  // namespace firn::catalog::glue
