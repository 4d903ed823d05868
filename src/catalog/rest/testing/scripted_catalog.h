// ScriptedCatalog: an HttpTransport that answers as a test says, request by request, and keeps what
// it was asked. Routes without an answer of their own get the default one.
//
// Thread-safety: any thread; requests() after the last one.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "storage/http/http_transport.h"

namespace firn::catalog::rest::testing {

/// A request as it came.
struct SeenRequest {
  /// `GET /v1/config`, with the query.
  std::string line;
  storage::http::HeaderList headers;
  std::string body;
  storage::http::ConnectionUse connection;

  /// Empty where there is none.
  std::string Header(std::string_view name) const;
};

class ScriptedCatalog final : public storage::http::HttpTransport {
 public:
  using Answer = Result<storage::http::HttpResponse>;

  /// A configuration without endpoints, prefix and keys.
  ScriptedCatalog();

  /// The next answer to `line`; the last one of a line is given for ever.
  void On(const std::string& line, Answer answer);
  /// Forgets the answers to `line`.
  void Reset(const std::string& line);

  /// Those to `line`; all where it is empty.
  std::vector<SeenRequest> requests(std::string_view line = "") const;

  Answer RoundTrip(const storage::http::HttpRequest& request, MonotonicTime deadline) override;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::deque<Answer>> answers_;
  std::vector<SeenRequest> requests_;
};

ScriptedCatalog::Answer Reply(int status,
                              std::string body = "",
                              storage::http::HeaderList headers = {});
/// In the error model.
ScriptedCatalog::Answer Refusal(int status, const std::string& type);
ScriptedCatalog::Answer Failure(ErrorCode code);

}  // namespace firn::catalog::rest::testing
