#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "iceberg/metadata/update_rules_internal.h"

namespace firn::iceberg {
namespace {

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

Status CheckFile(std::string_view path, int64_t size) {
  if (path.empty()) {
    return InvalidArgument("Invalid statistics: the path is empty");
  }
  if (size < 0) {
    return InvalidArgument(fmt::format("Invalid statistics: negative size: {}", size));
  }
  return {};
}

}  // namespace

Status CheckNewFieldId(FieldId id, FieldId last) {
  if (id.value() < 0) {
    return InvalidArgument(fmt::format("Invalid field id (negative): {}", id.value()));
  }
  if (id > kMaxFieldId) {
    return InvalidArgument(
        fmt::format("Invalid field id (reserved for metadata columns): {}", id.value()));
  }
  if (int64_t{id.value()} - last.value() > kMaxFieldIdStep) {
    return InvalidArgument(
        fmt::format("Invalid field id: {} is more than {} above the last one, {}", id.value(),
                    kMaxFieldIdStep, last.value()));
  }
  return {};
}

Status CheckNewFieldIds(const Schema& schema, FieldId last_column_id) {
  std::vector<FieldId> ids = schema.field_ids();
  if (ids.empty()) {
    return {};
  }
  RETURN_IF_ERROR(CheckNewFieldId(ids.front(), last_column_id));
  return CheckNewFieldId(ids.back(), last_column_id);
}

Status CheckNewRefName(std::string_view name) {
  if (name.empty()) {
    return InvalidArgument("Invalid ref name: it is empty");
  }
  if (std::ranges::any_of(name, IsControl)) {
    return InvalidArgument("Invalid ref name: it has control characters");
  }
  return {};
}

Status CheckNewStatistics(const StatisticsFile& file) {
  RETURN_IF_ERROR(CheckFile(file.path, file.file_size_bytes));
  return CheckFile(file.path, file.file_footer_size_bytes);
}

Status CheckNewStatistics(const PartitionStatisticsFile& file) {
  return CheckFile(file.path, file.file_size_bytes);
}

Status CheckCount(size_t count, size_t most, std::string_view what) {
  if (count > most) {
    return InvalidArgument(fmt::format("Too many {}: {} (limit: {})", what, count, most));
  }
  return {};
}

Status CheckTime(const std::function<bool()>& expired) {
  if (expired && expired()) {
    return Error(ErrorCode::kDeadlineExceeded, "Applying the updates takes too long");
  }
  return {};
}

}  // namespace firn::iceberg
