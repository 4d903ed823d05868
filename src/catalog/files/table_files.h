// FileStores: the files of a catalog's tables as one ObjectStore: local files anywhere, and S3 with
// the options that the catalog's configuration or the catalog itself gives, which may differ by
// location (credentials vended for a prefix).
//
// The stores behind them are kept, so that tables with the same options share connections. Touches
// neither disk nor network before a file is asked for: errors in options come with the first file
// that needs them. A location whose scheme no store here serves is kInvalidArgument; else errors
// are those of ObjectStore.
//
// Clients are not confined to folders: what may be read is what the user of this process may read.
// Thread-safety: any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "iceberg/metadata/table_properties.h"
#include "storage/aws/credentials.h"
#include "storage/object_store.h"

namespace firn::catalog {

/// Options for what lies below a location.
struct ScopedOptions {
  std::string prefix;
  iceberg::PropertyMap options;
};

/// How the files of one table are reached. Names that are no storage's are passed over; unknown
/// ones of a storage are refused when it is used.
struct FileAccess {
  iceberg::PropertyMap options;
  /// Over `options`, for what lies below their prefix; of several the longest prefix counts.
  std::vector<ScopedOptions> scoped;
};

/// Of what a catalog said, the options of storage that a store here knows.
iceberg::PropertyMap KnownFileOptions(const iceberg::PropertyMap& config);

/// `over` over `base`. A key and its secret and token go together: where `over` has an access key,
/// none of `base`'s remain.
iceberg::PropertyMap WithOptions(iceberg::PropertyMap base, const iceberg::PropertyMap& over);

class FileStores {
 public:
  /// Stores that are kept though no table may use them: where credentials change, stores do.
  static constexpr size_t kMaxKept = 16;

  /// `clock` must outlive this and every store that it gave.
  FileStores(storage::aws::EnvironmentLookup variables, const Clock& clock);

  /// May outlive this.
  std::shared_ptr<storage::ObjectStore> Open(FileAccess access);

  class State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace firn::catalog
