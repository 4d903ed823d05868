// Deletes many objects in batches of one request each. Private to storage/s3.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "storage/s3/s3_client.h"

namespace firn::storage::s3 {

/// Deletes each, bucket by bucket; goes on after a failure and returns the first one. What a batch
/// could not delete for the moment, and what XML cannot carry, is deleted by itself; everything is,
/// where the store has no batches.
Status DeleteInBatches(S3Client& client, std::span<const std::string> locations);

}  // namespace firn::storage::s3
