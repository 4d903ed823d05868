#include "catalog/rest/testing/scripted_catalog.h"

#include <utility>

#include <fmt/format.h>

#include "storage/http/uri.h"

namespace firn::catalog::rest::testing {

namespace http = storage::http;

std::string SeenRequest::Header(std::string_view name) const {
  const std::string* value = http::FindHeader(headers, name);
  return value == nullptr ? std::string() : *value;
}

ScriptedCatalog::ScriptedCatalog() {
  On("GET /v1/config", Reply(200, R"({"defaults": {}, "overrides": {}})"));
}

void ScriptedCatalog::On(const std::string& line, Answer answer) {
  std::scoped_lock lock(mutex_);
  answers_[line].push_back(std::move(answer));
}

void ScriptedCatalog::Reset(const std::string& line) {
  std::scoped_lock lock(mutex_);
  answers_.erase(line);
}

std::vector<SeenRequest> ScriptedCatalog::requests(std::string_view line) const {
  std::scoped_lock lock(mutex_);
  std::vector<SeenRequest> chosen;
  for (const SeenRequest& request : requests_) {
    if (line.empty() || request.line == line) {
      chosen.push_back(request);
    }
  }
  return chosen;
}

ScriptedCatalog::Answer ScriptedCatalog::RoundTrip(const http::HttpRequest& request,
                                                   MonotonicTime) {
  std::scoped_lock lock(mutex_);
  http::UrlParts parts = http::SplitUrl(request.url);
  std::string line = fmt::format("{} {}{}{}", request.method, parts.path,
                                 parts.query.empty() ? "" : "?", parts.query);
  requests_.push_back({line, request.headers, std::string(request.body), request.connection});
  auto found = answers_.find(line);
  if (found == answers_.end()) {
    return http::HttpResponse{.status = 404, .headers = {}, .body = "no answer for " + line};
  }
  Answer answer = found->second.front();
  if (found->second.size() > 1) {
    found->second.pop_front();
  }
  return answer;
}

ScriptedCatalog::Answer Reply(int status, std::string body, http::HeaderList headers) {
  return http::HttpResponse{
      .status = status, .headers = std::move(headers), .body = std::move(body)};
}

ScriptedCatalog::Answer Refusal(int status, const std::string& type) {
  return Reply(status, fmt::format(R"({{"error": {{"message": "as told", "type": "{}", )"
                                   R"("code": {}}}}})",
                                   type, status));
}

ScriptedCatalog::Answer Failure(ErrorCode code) { return Error(code, "as told"); }

}  // namespace firn::catalog::rest::testing
