// ObjectFile: a file of an ObjectStore as Arrow's RandomAccessFile, read in few large ranges. Small
// files are read whole with the first read; of others the end (where Parquet keeps its footer)
// comes first, then what Prefetch asks for: ranges that lie close are fetched as one, several at a
// time. A read outside of what is there goes to the store. A local file is kept open instead, and
// each read is the system's.
//
// Errors reach Firn with the store's code, through arrow_status.h.
// Thread-safety: ReadAt from any thread; Prefetch and Release from one at a time, not beside
// ReadAt.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>

#include "base/result.h"
#include "base/thread_pool.h"
#include "storage/object_store.h"

namespace firn::columnar {

/// Bytes of a file.
struct ByteRange {
  int64_t offset = 0;
  int64_t length = 0;

  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// How ranges are joined and cut. Defaults suit object stores (about 10 ms a request, 100 MB/s).
struct FetchLimits {
  /// Files up to this size are read whole.
  int64_t whole_file_bytes = int64_t{1} << 20;
  /// Read at the end of other files, for the footer.
  int64_t tail_bytes = int64_t{64} << 10;
  /// Ranges with at most so much between them are one request.
  int64_t hole_bytes = int64_t{64} << 10;
  /// A request is at most so long, unless one range is.
  int64_t request_bytes = int64_t{16} << 20;
  /// Requests of one file at a time.
  size_t parallelism = 8;
};

/// Ascending by offset, without overlap, joined by `limits`.
std::vector<ByteRange> Coalesce(std::vector<ByteRange> ranges, const FetchLimits& limits);

class ObjectFile final : public arrow::io::RandomAccessFile {
 public:
  /// Reads the whole file or its end. `size_bytes` is what the manifest says; negative: ask the
  /// store. The store and the pool outlive the file. Errors: those of the store;
  /// kInvalidMetadata where the file is shorter.
  static Result<std::shared_ptr<ObjectFile>> Open(storage::ObjectStore& store,
                                                  ThreadPool& pool,
                                                  std::string location,
                                                  int64_t size_bytes,
                                                  const FetchLimits& limits);

  /// Fetches what is not there yet; what Prefetch fetched before and is not asked for goes. Nothing
  /// where the file is local.
  Status Prefetch(std::vector<ByteRange> ranges);

  /// Whether pieces are best read when they are needed, each into the memory where it is used.
  bool is_local() const { return local_ != nullptr; }

  const std::string& location() const { return location_; }
  /// What was read from the store so far.
  int64_t fetched_bytes() const { return fetched_bytes_; }
  int64_t requests() const { return requests_; }

  // arrow::io::RandomAccessFile.
  arrow::Status Close() override;
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Seek(int64_t position) override;
  arrow::Result<int64_t> GetSize() override { return size_bytes_; }
  arrow::Result<int64_t> Read(int64_t length, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t length) override;
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t length, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t length) override;

 private:
  struct Block {
    int64_t offset;
    std::shared_ptr<arrow::Buffer> bytes;
  };

  ObjectFile(storage::ObjectStore& store,
             ThreadPool& pool,
             std::string location,
             int64_t size_bytes,
             const FetchLimits& limits);

  Result<Block> Fetch(const ByteRange& range);
  Result<Block> Request(const ByteRange& range);
  /// Of a local file: fills `out`.
  Status Fill(int64_t offset, std::span<char> out);
  Error EndsEarly() const;
  /// The range as far as the file goes.
  arrow::Result<ByteRange> Inside(int64_t position, int64_t length) const;
  /// The block that holds the range; null where none does.
  const Block* Find(const ByteRange& range) const;

  storage::ObjectStore& store_;
  ThreadPool& pool_;
  const std::string location_;
  const int64_t size_bytes_;
  const FetchLimits limits_;
  /// Null where reads are requests to the store.
  std::unique_ptr<storage::OpenFile> local_;
  /// The end of the file, or all of it.
  Block tail_{0, nullptr};
  /// Ascending.
  std::vector<Block> blocks_;
  int64_t position_ = 0;
  std::atomic<int64_t> fetched_bytes_ = 0;
  std::atomic<int64_t> requests_ = 0;
  bool closed_ = false;
};

}  // namespace firn::columnar
