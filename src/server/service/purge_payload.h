// What a purge job is told: which table's files to delete.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::service {

inline constexpr std::string_view kPurgeJobKind = "purge";

struct PurgePayload {
  std::string metadata_location;
  std::string location;
  std::string uuid;
};

std::string PrintPurgePayload(const PurgePayload& payload);
Result<PurgePayload> ParsePurgePayload(std::string_view json);

}  // namespace firn::service
