// FileStores: the files of a catalog's tables as one ObjectStore: local files anywhere, and S3 with
// the options that the catalog's configuration or the catalog itself gives, which may differ by
// location (credentials vended for a prefix).
//
// Access that ends is renewed before (access_renewal.h). Where the options for a location say
// `s3.remote-signing-enabled`, its requests are signed by FileAccess::signer in place of keys.
//
// The stores behind them are kept, so that tables with the same options share connections. Touches
// neither disk nor network before a file is asked for: errors in options come with the first file
// that needs them. Locations are what metadata holds: one that is none is kInvalidMetadata, one
// whose scheme no store here serves kUnsupported; else errors are those of ObjectStore.
//
// Clients are not confined to folders: what may be read is what the user of this process may read.
// Thread-safety: any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "iceberg/metadata/table_properties.h"
#include "storage/aws/credentials.h"
#include "storage/http/http_client.h"
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
  /// Signs requests to S3 for a catalog; none: locations that want it are kUnsupported.
  std::shared_ptr<storage::http::RequestSigner> signer;
  /// Gets access anew, with credentials that end later; none: it is used to its end.
  std::function<Result<FileAccess>()> renew;
};

/// When credentials end, in milliseconds since the epoch; beside those that it concerns.
inline constexpr std::string_view kExpiryOption = "s3.session-token-expires-at-ms";

/// Of what a catalog said, the options of storage that are known here.
iceberg::PropertyMap KnownFileOptions(const iceberg::PropertyMap& config);

/// `over` over `base`. A key and its secret and token go together: where `over` has an access key,
/// none of `base`'s remain, nor their end.
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
