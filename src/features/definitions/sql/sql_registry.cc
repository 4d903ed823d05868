#include "features/definitions/sql/sql_registry.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/reworded.h"
#include "features/definitions/sql/registry_rows.h"
#include "storage/call_deadline.h"

namespace firn::features {

Status SqlRegistry::Refresh() {
  std::string version;
  std::optional<std::string> bytes;
  RETURN_IF_ERROR(database_->Read(
      [&](const std::string& now, catalog::sql::SqlConnection& connection) -> Status {
        if (registry_ == nullptr || now != version_) {
          version = now;
          ASSIGN_OR_RETURN(bytes, ReadRegistryRows(connection));
        }
        return {};
      }));
  if (!bytes) {
    return {};
  }
  ASSIGN_OR_RETURN(FeastRegistry registry, ReadFeastRegistry(*bytes));
  registry_ = std::make_shared<const FeastRegistry>(std::move(registry));
  version_ = version;
  return {};
}

Error SqlRegistry::Told(const Error& error) const {
  // All statements are the server's own: no argument of them is the client's.
  constexpr std::array kOurs = {ErrorCode::kUnauthenticated, ErrorCode::kForbidden,
                                ErrorCode::kInvalidArgument};
  const bool is_ours = std::ranges::find(kOurs, error.code()) != kOurs.end();
  Error told = Reworded(error, fmt::format("The Feast registry {}: {}", name_, error.message()));
  return is_ours ? std::move(told).As(ErrorCode::kUnavailable) : told;
}

Error SqlRegistry::Failed(const Error& error) {
  Error told = Told(error);
  troubles_.Tell(LoadTrouble::kFailed, told);
  return told;
}

Result<std::shared_ptr<const FeastRegistry>> SqlRegistry::Load() {
  const storage::CallDeadline deadline(std::chrono::steady_clock::now() + kRegistryTime);
  Status refreshed = Refresh();
  if (refreshed.has_value()) {
    is_latest_ = true;
    troubles_.Over();
  } else if (is_latest_ && database_->was_locked()) {
    troubles_.Tell(LoadTrouble::kKept, Told(refreshed.error()));
  } else {
    is_latest_ = false;
    return Failed(refreshed.error());
  }
  return registry_;
}

}  // namespace firn::features
