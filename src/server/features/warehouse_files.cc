#include "server/features/warehouse_files.h"

#include <utility>

#include "server/service/locations.h"

namespace firn::server_features {
WarehouseFiles::WarehouseFiles(const service::Environment& environment,
                               store::WarehouseRecord warehouse,
                               FileAccess access)
    : environment_(environment), warehouse_(std::move(warehouse)), access_(access) {}

Status WarehouseFiles::Check(std::string_view location) const {
  Status allowed = service::CheckAllowed(environment_, warehouse_, location);
  if (!allowed.has_value()) {
    return Error(ErrorCode::kForbidden, std::string(allowed.error().message()));
  }
  return {};
}

Result<std::string> WarehouseFiles::Read(std::string_view location, int64_t max_bytes) {
  RETURN_IF_ERROR(Check(location));
  return environment_.objects.Read(location, max_bytes);
}

Result<std::string> WarehouseFiles::ReadRange(std::string_view location,
                                              int64_t offset,
                                              int64_t length) {
  RETURN_IF_ERROR(Check(location));
  return environment_.objects.ReadRange(location, offset, length);
}

Result<std::unique_ptr<storage::OpenFile>> WarehouseFiles::OpenLocal(std::string_view location) {
  RETURN_IF_ERROR(Check(location));
  return environment_.objects.OpenLocal(location);
}

Result<storage::FileStat> WarehouseFiles::Stat(std::string_view location) {
  RETURN_IF_ERROR(Check(location));
  return environment_.objects.Stat(location);
}

Result<storage::ListPage> WarehouseFiles::List(std::string_view prefix,
                                               const storage::ListOptions& options) {
  RETURN_IF_ERROR(Check(prefix));
  return environment_.objects.List(prefix, options);
}

Status WarehouseFiles::CheckChange(std::string_view location) const {
  if (access_ == FileAccess::kRead) {
    return Error(ErrorCode::kUnsupported, "Files are only read here");
  }
  return Check(location);
}

Status WarehouseFiles::Write(std::string_view location,
                             std::string_view bytes,
                             storage::WriteMode mode) {
  RETURN_IF_ERROR(CheckChange(location));
  return environment_.objects.Write(location, bytes, mode);
}

Status WarehouseFiles::Delete(std::string_view location) {
  RETURN_IF_ERROR(CheckChange(location));
  return environment_.objects.Delete(location);
}

Status WarehouseFiles::EnsureDirectory(std::string_view location) {
  RETURN_IF_ERROR(CheckChange(location));
  return environment_.objects.EnsureDirectory(location);
}

}  // namespace firn::server_features
