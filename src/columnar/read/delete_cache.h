// DeleteCache: the deletes that apply to data files, loaded once a delete file and shared. A
// position delete file may name many data files, an equality delete file applies to many: each is
// read and decoded when first needed, by one thread while others wait for it, and kept within a
// budget of bytes, least recently used first to go. Source: Iceberg specification, "Delete
// Formats", "Scan Planning".
//
// Errors: kInvalidMetadata naming the delete file where it is corrupt or lacks its columns;
// kUnsupported for formats other than Parquet and Puffin; those of the store. A file that failed
// is tried again at the next call.
// Thread-safety: any thread. What the context names outlives the cache.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "columnar/read/position_delete_file.h"
#include "columnar/read/read_request.h"
#include "iceberg/manifest/manifest_entry.h"

namespace firn::columnar {

/// A delete file that the plan says applies to a data file.
struct DeleteFile {
  iceberg::DataFile file;
  iceberg::SpecId spec_id;
};

class DeleteCache {
 public:
  /// `budget_bytes`: of what is kept beyond what readers hold.
  DeleteCache(const ReadContext& context, int64_t budget_bytes)
      : context_(context), budget_bytes_(budget_bytes) {}

  /// `request` gives the columns that equality deletes compare (schema and dropped).
  Result<FileDeletes> Load(const ReadRequest& request,
                           const std::string& data_file,
                           std::span<const DeleteFile> deletes);

  /// What is kept now, about.
  int64_t kept_bytes() const;

 private:
  struct Entry {
    std::mutex mutex;
    /// One of them once loaded.
    std::shared_ptr<const PositionLists> positions;
    std::shared_ptr<const DeletedPositions> vector;
    std::shared_ptr<const EqualityDeleteSet> equality;
    // Of the cache, under its mutex.
    int64_t bytes = 0;
    std::list<std::string>::iterator used;
  };
  using EntryPtr = std::shared_ptr<Entry>;

  EntryPtr Find(const std::string& key);
  void Keep(const std::string& key, const EntryPtr& entry, int64_t bytes);

  Result<std::shared_ptr<const PositionLists>> Positions(const DeleteFile& file);
  Result<std::shared_ptr<const DeletedPositions>> Vector(const DeleteFile& file);
  Result<std::shared_ptr<const EqualityDeleteSet>> Equality(const ReadRequest& request,
                                                            const DeleteFile& file);

  const ReadContext context_;
  const int64_t budget_bytes_;
  mutable std::mutex mutex_;
  std::map<std::string, EntryPtr> entries_;
  /// Keys, most recently used first.
  std::list<std::string> order_;
  int64_t kept_bytes_ = 0;
};

}  // namespace firn::columnar
