// FeaturePort: point-in-time joins and latest rows of the tables that are served, as bytes to send.
// The REST protocol asks (feature_operations.cc), server/features answers with Arrow, which this
// room knows nothing of.
//
// Errors of both calls and of the streams: kInvalidArgument naming what is wrong in the request;
// those of loading the tables; kResourceExhausted where as many run as may; kPayloadTooLarge where
// an answer needs more memory than it may have; kDeadlineExceeded; kUnavailable where it was told
// to stop; those of reading tables. Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string_view>

#include "base/result.h"
#include "server/http/message.h"
#include "server/service/environment.h"

namespace firn::rest {

enum class FeatureBody : uint8_t {
  kJson,   ///< A request (feature_requests.h), with its entity rows inline.
  kArrow,  ///< An Arrow IPC stream: entity rows, the request in the metadata of its schema.
};

struct FeatureCall {
  /// Outlives the stream of the answer.
  std::string_view body;
  FeatureBody form = FeatureBody::kJson;
  /// Ends the work, at whatever point it is.
  std::stop_token stop = {};
};

class FeaturePort {
 public:
  virtual ~FeaturePort() = default;

  /// Checks the request and loads its tables; the stream does the work, from its first piece on.
  /// It is an Arrow IPC stream of one piece at least, and may outlive `call`.
  virtual Result<std::shared_ptr<http::BodyStream>> Join(const service::CallContext& call,
                                                         const FeatureCall& request) = 0;
  virtual Result<std::shared_ptr<http::BodyStream>> Latest(const service::CallContext& call,
                                                           const FeatureCall& request) = 0;
};

}  // namespace firn::rest
