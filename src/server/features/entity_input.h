// EntityInput: what a body asks for: the request, and the entity frame that came with it.
//
// A JSON body holds both (server/rest/feature_requests.h). An Arrow body is an IPC stream of the
// frame, whose schema has the request under the key `firn.request`; its bytes are a client's: every
// batch is checked whole before it is used, and what it unpacks to counts as memory.
//
// Errors: kInvalidArgument for what is no Arrow stream, has no request, or is not sound; those of
// the request. Thread-safety: a frame may be read by one thread at a time.
#pragma once

#include <memory>

#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>

#include "base/result.h"
#include "server/rest/feature_port.h"
#include "server/rest/feature_requests.h"

namespace firn::server_features {

inline constexpr const char* kRequestKey = "firn.request";

struct EntityInput {
  rest::JoinFeaturesRequest request;
  /// Null where none came: the tables say for which entities. Else without kRequestKey.
  std::shared_ptr<arrow::RecordBatchReader> entities;
};

/// `body` and `memory` outlive the frame.
Result<EntityInput> ReadEntityInput(std::string_view body,
                                    rest::FeatureBody form,
                                    arrow::MemoryPool* memory);

/// The request alone; an Arrow body's rows are not looked at.
Result<rest::LatestFeaturesRequest> ReadLatestInput(std::string_view body, rest::FeatureBody form);

}  // namespace firn::server_features
