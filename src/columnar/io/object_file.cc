#include "columnar/io/object_file.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "columnar/io/arrow_status.h"

namespace firn::columnar {
namespace {

std::span<char> SpanOf(void* data, int64_t size) {
  return {static_cast<char*>(data), static_cast<size_t>(size)};
}

}  // namespace

std::vector<ByteRange> Coalesce(std::vector<ByteRange> ranges, const FetchLimits& limits) {
  std::erase_if(ranges, [](const ByteRange& range) { return range.length <= 0; });
  std::sort(ranges.begin(), ranges.end(),
            [](const ByteRange& a, const ByteRange& b) { return a.offset < b.offset; });
  std::vector<ByteRange> joined;
  for (const ByteRange& range : ranges) {
    if (!joined.empty()) {
      ByteRange& last = joined.back();
      int64_t end = last.offset + last.length;
      int64_t new_end = std::max(end, range.offset + range.length);
      bool overlaps = range.offset < end;
      bool close =
          range.offset - end <= limits.hole_bytes && new_end - last.offset <= limits.request_bytes;
      if (overlaps || close) {
        last.length = new_end - last.offset;
        continue;
      }
    }
    joined.push_back(range);
  }
  return joined;
}

ObjectFile::ObjectFile(storage::ObjectStore& store,
                       ThreadPool& pool,
                       std::string location,
                       int64_t size_bytes,
                       const FetchLimits& limits)
    : store_(store),
      pool_(pool),
      location_(std::move(location)),
      size_bytes_(size_bytes),
      limits_(limits) {}

Result<std::shared_ptr<ObjectFile>> ObjectFile::Open(storage::ObjectStore& store,
                                                     ThreadPool& pool,
                                                     std::string location,
                                                     int64_t size_bytes,
                                                     const FetchLimits& limits) {
  if (size_bytes < 0) {
    ASSIGN_OR_RETURN(storage::FileStat stat, store.Stat(location));
    size_bytes = stat.size_bytes;
  }
  std::shared_ptr<ObjectFile> file(
      new ObjectFile(store, pool, std::move(location), size_bytes, limits));
  ASSIGN_OR_RETURN(file->local_, store.OpenLocal(file->location_));
  int64_t length =
      size_bytes <= limits.whole_file_bytes ? size_bytes : std::min(size_bytes, limits.tail_bytes);
  ASSIGN_OR_RETURN(file->tail_, file->Fetch({size_bytes - length, length}));
  return file;
}

Error ObjectFile::EndsEarly() const {
  return Error(ErrorCode::kInvalidMetadata,
               fmt::format("File ends before its size of {} bytes", size_bytes_))
      .With("path", location_);
}

Status ObjectFile::Fill(int64_t offset, std::span<char> out) {
  ASSIGN_OR_RETURN(int64_t read, local_->ReadAt(offset, out));
  fetched_bytes_ += read;
  return read == std::ssize(out) ? Status() : EndsEarly();
}

Result<ObjectFile::Block> ObjectFile::Fetch(const ByteRange& range) {
  if (local_ == nullptr) {
    return Request(range);
  }
  ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> bytes,
                   ToResult(arrow::AllocateBuffer(range.length)));
  RETURN_IF_ERROR(Fill(range.offset, SpanOf(bytes->mutable_data(), range.length)));
  return Block{range.offset, std::move(bytes)};
}

Result<ObjectFile::Block> ObjectFile::Request(const ByteRange& range) {
  auto read = store_.ReadRange(location_, range.offset, range.length);
  if (!read.has_value()) {
    // A file that ends before the place is shorter than its manifest says.
    if (read.error().code() == ErrorCode::kInvalidArgument && range.offset > 0) {
      return std::move(read).error().As(ErrorCode::kInvalidMetadata).With("path", location_);
    }
    return std::move(read).error();
  }
  if (static_cast<int64_t>(read->size()) != range.length) {
    return EndsEarly();
  }
  fetched_bytes_ += range.length;
  ++requests_;
  return Block{range.offset, arrow::Buffer::FromString(*std::move(read))};
}

Status ObjectFile::Prefetch(std::vector<ByteRange> ranges) {
  if (is_local()) {
    return {};
  }
  std::erase_if(ranges, [this](const ByteRange& range) {
    return tail_.bytes != nullptr && range.offset >= tail_.offset;
  });
  std::vector<ByteRange> requests = Coalesce(std::move(ranges), limits_);
  std::vector<Block> blocks(requests.size());
  auto fetch = [&](size_t i) -> Status {
    ByteRange range = requests[i];
    range.length = std::min(range.length, size_bytes_ - range.offset);
    if (const Block* known = Find(range); known != nullptr && known != &tail_) {
      blocks[i] = *known;
      return {};
    }
    ASSIGN_OR_RETURN(blocks[i], Fetch(range));
    return {};
  };
  RETURN_IF_ERROR(ParallelFor(pool_, requests.size(), limits_.parallelism, fetch));
  blocks_ = std::move(blocks);
  return {};
}

const ObjectFile::Block* ObjectFile::Find(const ByteRange& range) const {
  int64_t end = range.offset + range.length;
  if (tail_.bytes != nullptr && range.offset >= tail_.offset) {
    return &tail_;
  }
  auto after = std::upper_bound(blocks_.begin(), blocks_.end(), range.offset,
                                [](int64_t at, const Block& block) { return at < block.offset; });
  if (after == blocks_.begin()) {
    return nullptr;
  }
  const Block& block = *std::prev(after);
  return end <= block.offset + block.bytes->size() ? &block : nullptr;
}

arrow::Result<ByteRange> ObjectFile::Inside(int64_t position, int64_t length) const {
  if (position < 0 || length < 0 || position > size_bytes_) {
    return arrow::Status::Invalid("Range outside of the file");
  }
  return ByteRange{position, std::min(length, size_bytes_ - position)};
}

arrow::Status ObjectFile::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

arrow::Status ObjectFile::Seek(int64_t position) {
  if (position < 0 || position > size_bytes_) {
    return arrow::Status::Invalid("Position outside of the file");
  }
  position_ = position;
  return arrow::Status::OK();
}

arrow::Result<int64_t> ObjectFile::Read(int64_t length, void* out) {
  ARROW_ASSIGN_OR_RAISE(int64_t read, ReadAt(position_, length, out));
  position_ += read;
  return read;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> ObjectFile::Read(int64_t length) {
  ARROW_ASSIGN_OR_RAISE(auto read, ReadAt(position_, length));
  position_ += read->size();
  return read;
}

arrow::Result<int64_t> ObjectFile::ReadAt(int64_t position, int64_t length, void* out) {
  ARROW_ASSIGN_OR_RAISE(const ByteRange range, Inside(position, length));
  if (is_local() && Find(range) == nullptr) {
    Status filled = Fill(range.offset, SpanOf(out, range.length));
    return filled.has_value() ? arrow::Result<int64_t>(range.length)
                              : IntoArrow(std::move(filled).error());
  }
  ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position, length));
  std::memcpy(out, buffer->data(), static_cast<size_t>(buffer->size()));
  return buffer->size();
}

arrow::Result<std::shared_ptr<arrow::Buffer>> ObjectFile::ReadAt(int64_t position, int64_t length) {
  ARROW_ASSIGN_OR_RAISE(const ByteRange range, Inside(position, length));
  if (const Block* block = Find(range)) {
    return arrow::SliceBuffer(block->bytes, range.offset - block->offset, range.length);
  }
  auto fetched = Fetch(range);
  if (!fetched.has_value()) {
    return IntoArrow(std::move(fetched).error());
  }
  return fetched->bytes;
}

}  // namespace firn::columnar
