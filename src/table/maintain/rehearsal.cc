#include "table/maintain/rehearsal.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "iceberg/metadata/apply_updates.h"
#include "storage/memory_object_store.h"

namespace firn::table {
namespace {

using storage::ListOptions;
using storage::ListPage;

/// Files of another store, and above them those that were written here.
class RehearsedFiles final : public storage::ObjectStore {
 public:
  RehearsedFiles(std::shared_ptr<storage::ObjectStore> below, const Clock& clock)
      : below_(std::move(below)), written_(clock) {}

  Result<std::string> Read(std::string_view location, int64_t max_bytes) override {
    return StoreOf(location).Read(location, max_bytes);
  }
  Result<std::string> ReadRange(std::string_view location,
                                int64_t offset,
                                int64_t length) override {
    return StoreOf(location).ReadRange(location, offset, length);
  }
  Status Write(std::string_view location,
               std::string_view bytes,
               storage::WriteMode mode) override {
    return written_.Write(location, bytes, mode);
  }
  Result<storage::FileStat> Stat(std::string_view location) override {
    return StoreOf(location).Stat(location);
  }
  Status Delete(std::string_view location) override { return written_.Delete(location); }
  Result<ListPage> List(std::string_view prefix, const ListOptions& options) override {
    return below_->List(prefix, options);
  }
  Status EnsureDirectory(std::string_view /*location*/) override { return {}; }

 private:
  storage::ObjectStore& StoreOf(std::string_view location) {
    return written_.Stat(location).has_value() ? static_cast<storage::ObjectStore&>(written_)
                                               : *below_;
  }

  const std::shared_ptr<storage::ObjectStore> below_;
  storage::InMemoryObjectStore written_;
};

}  // namespace

Rehearsal::Rehearsal(const Table& table, const Clock& clock) : clock_(clock), table_(table) {
  table_.files = std::make_shared<RehearsedFiles>(table.files, clock);
}

Table Rehearsal::Current() const {
  std::scoped_lock lock(mutex_);
  return table_;
}

Result<Table> Rehearsal::Load(const TableIdentifier& /*identifier*/) { return Current(); }

Result<Table> Rehearsal::Commit(const Table& /*base*/, const TableChange& change) {
  std::scoped_lock lock(mutex_);
  RETURN_IF_ERROR(iceberg::CheckRequirements(table_.metadata.get(), change.requirements));
  const TimestampMs now = std::max(clock_.Now(), table_.metadata->last_updated);
  ASSIGN_OR_RETURN(
      table_.metadata,
      iceberg::ApplyUpdates(table_.metadata, change.updates,
                            {.now = now, .base_metadata_location = table_.metadata_location}));
  return table_;
}

}  // namespace firn::table
