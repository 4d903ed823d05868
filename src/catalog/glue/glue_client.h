// GlueClient: calls of AWS Glue's API (JSON 1.1 over HTTP, signed), and what its errors mean.
//
// Reads are tried again after anything that may pass; a change only where it was refused before
// anything was touched (throttled) or nothing was sent, over a connection of its own, so that it is
// carried out once at most.
//
// Errors: kNotFound, kAlreadyExists, kInvalidArgument, kForbidden, kUnauthenticated as Glue says;
// kLostRace where it says that another change came first; kResourceExhausted where it throttles;
// kUnavailable where nothing was changed; of a change of unknown outcome kCommitStateUnknown;
// kInternal for an answer that is none. Thread-safety: any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json_reader.h"
#include "base/result.h"
#include "catalog/catalog_environment.h"
#include "catalog/glue/glue_options.h"
#include "storage/aws/sigv4.h"
#include "storage/http/http_client.h"

namespace firn::catalog::glue {

/// Largest answer: a page of tables.
inline constexpr int64_t kMaxAnswerBytes = int64_t{64} << 20;
/// A call with all its attempts and pauses.
inline constexpr std::chrono::seconds kMaxCallTime{60};

enum class Effect : uint8_t { kRead, kChange };

class GlueClient {
 public:
  /// What is referred to by the environment must outlive the client.
  static Result<std::unique_ptr<GlueClient>> Make(const GlueOptions& options,
                                                  const CatalogEnvironment& environment);

  /// `operation`: `GetTable`. `body`: a JSON object.
  Result<json::Document> Call(std::string_view operation, std::string_view body, Effect effect);

 private:
  GlueClient(const GlueOptions& options,
             const CatalogEnvironment& environment,
             std::unique_ptr<storage::http::HttpTransport> own_transport);

  const std::string url_;
  const Clock& clock_;
  const std::unique_ptr<storage::http::HttpTransport> own_transport_;
  storage::http::SystemSleeper own_sleeper_;
  const std::unique_ptr<storage::aws::CredentialsProvider> credentials_;
  storage::aws::SigV4Signer signer_;
  storage::http::HttpClient http_;
};

}  // namespace firn::catalog::glue
