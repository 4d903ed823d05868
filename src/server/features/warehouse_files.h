// WarehouseFiles: the files that clients of a warehouse may read: those in it and in the roots that
// the operator allowed. What a table's metadata names is a client's word: a manifest or data file
// elsewhere is another warehouse's, and not read for this one's clients.
//
// Who only reads gets a store that changes nothing: kUnsupported. Errors: kForbidden for other
// locations; those of the store below. Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "server/service/environment.h"
#include "storage/object_store.h"

namespace firn::server_features {

enum class FileAccess : uint8_t { kRead, kWrite };

class WarehouseFiles final : public storage::ObjectStore {
 public:
  /// What `environment` refers to outlives this.
  WarehouseFiles(const service::Environment& environment,
                 store::WarehouseRecord warehouse,
                 FileAccess access);

  /// kForbidden for what clients of the warehouse may not read.
  Status Check(std::string_view location) const;

  Result<std::string> Read(std::string_view location, int64_t max_bytes) override;
  Result<std::string> ReadRange(std::string_view location, int64_t offset, int64_t length) override;
  Result<std::unique_ptr<storage::OpenFile>> OpenLocal(std::string_view location) override;
  Status Write(std::string_view location, std::string_view bytes, storage::WriteMode mode) override;
  Result<storage::FileStat> Stat(std::string_view location) override;
  Status Delete(std::string_view location) override;
  Result<storage::ListPage> List(std::string_view prefix,
                                 const storage::ListOptions& options) override;
  Status EnsureDirectory(std::string_view location) override;

 private:
  /// Check, for what changes something.
  Status CheckChange(std::string_view location) const;

  const service::Environment environment_;
  const store::WarehouseRecord warehouse_;
  const FileAccess access_;
};

}  // namespace firn::server_features
