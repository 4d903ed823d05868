#include "storage/metered_object_store.h"

#include <utility>

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

class MeteredObjectStore::MeteredFile final : public OpenFile {
 public:
  MeteredFile(MeteredObjectStore& store, std::unique_ptr<OpenFile> inner)
      : store_(store), inner_(std::move(inner)) {}

  Result<int64_t> ReadAt(int64_t offset, std::span<char> out) override {
    auto read = store_.Count(StoreCall::kReadRange, [&] { return inner_->ReadAt(offset, out); });
    store_.bytes_read_ += read.has_value() ? static_cast<uint64_t>(*read) : 0;
    return read;
  }

 private:
  MeteredObjectStore& store_;
  const std::unique_ptr<OpenFile> inner_;
};

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

Result<std::unique_ptr<OpenFile>> MeteredObjectStore::OpenLocal(std::string_view location) {
  auto file = inner_.OpenLocal(location);
  if (!file.has_value()) {
    return Count(StoreCall::kReadRange, [&] { return std::move(file); });
  }
  if (*file == nullptr) {
    return file;
  }
  return std::unique_ptr<OpenFile>(std::make_unique<MeteredFile>(*this, *std::move(file)));
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
