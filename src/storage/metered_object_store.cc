#include "storage/metered_object_store.h"

namespace firn::storage {

template <class Call>
auto MeteredObjectStore::Count(StoreCall kind, Call call) -> decltype(call()) {
  Counts& counts = counts_[static_cast<size_t>(kind)];
  auto begin = std::chrono::steady_clock::now();
  auto result = call();
  counts.latency.Record(std::chrono::steady_clock::now() - begin);
  if (!result.has_value() && result.error().code() != ErrorCode::kNotFound) {
    counts.failures.fetch_add(1, std::memory_order_relaxed);
  }
  return result;
}

MeteredObjectStore::CallStats MeteredObjectStore::stats(StoreCall call) const {
  const Counts& counts = counts_[static_cast<size_t>(call)];
  return {.latency = counts.latency.snapshot(), .failures = counts.failures};
}

Result<std::string> MeteredObjectStore::Read(std::string_view location, int64_t max_bytes) {
  auto bytes = Count(StoreCall::kRead, [&] { return inner_.Read(location, max_bytes); });
  bytes_read_ += bytes.has_value() ? bytes->size() : 0;
  return bytes;
}

Result<std::string> MeteredObjectStore::ReadRange(std::string_view location,
                                                  int64_t offset,
                                                  int64_t length) {
  auto bytes =
      Count(StoreCall::kReadRange, [&] { return inner_.ReadRange(location, offset, length); });
  bytes_read_ += bytes.has_value() ? bytes->size() : 0;
  return bytes;
}

Status MeteredObjectStore::Write(std::string_view location,
                                 std::string_view bytes,
                                 WriteMode mode) {
  Status status = Count(StoreCall::kWrite, [&] { return inner_.Write(location, bytes, mode); });
  bytes_written_ += status.has_value() ? bytes.size() : 0;
  return status;
}

Result<FileStat> MeteredObjectStore::Stat(std::string_view location) {
  return Count(StoreCall::kStat, [&] { return inner_.Stat(location); });
}

Status MeteredObjectStore::Delete(std::string_view location) {
  return Count(StoreCall::kDelete, [&] { return inner_.Delete(location); });
}

Status MeteredObjectStore::DeleteMany(std::span<const std::string> locations) {
  return Count(StoreCall::kDelete, [&] { return inner_.DeleteMany(locations); });
}

Result<ListPage> MeteredObjectStore::List(std::string_view prefix, const ListOptions& options) {
  return Count(StoreCall::kList, [&] { return inner_.List(prefix, options); });
}

Status MeteredObjectStore::EnsureDirectory(std::string_view location) {
  return Count(StoreCall::kEnsureFolder, [&] { return inner_.EnsureDirectory(location); });
}

Result<bool> MeteredObjectStore::RemoveEmptyFolder(std::string_view location) {
  return Count(StoreCall::kRemoveFolder, [&] { return inner_.RemoveEmptyFolder(location); });
}

}  // namespace firn::storage
