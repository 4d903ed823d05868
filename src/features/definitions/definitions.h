// Definitions: where a server has Feast's definitions from: a registry file (registry_file.h) or a
// registry in a database (sql/sql_registry.h). How their bytes come is theirs; what the bytes say
// is read by feast_registry.h.
//
// Errors of Load: kNotFound where there is no registry; kUnavailable, repeat; kPayloadTooLarge
// above kMaxRegistryBytes; those of ReadFeastRegistry and of the storage. A registry that cannot be
// read any more is an error, not the one of before, but for one that is locked by who writes it
// (sql/sql_registry.h). Either is told. Thread-safety: one thread at a time, any thread through
// shared_definitions.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "features/definitions/feast_registry.h"

namespace firn::features {

inline constexpr int64_t kMaxRegistryBytes = int64_t{256} << 20;

/// What a call got for a registry that could not be read.
enum class LoadTrouble : uint8_t {
  kFailed,  ///< The error.
  kKept,    ///< The definitions of before.
};

/// Told why, with everything that a log may say, within Load: once a cause, until the registry was
/// read again. May be empty.
using OnLoadTrouble = std::function<void(LoadTrouble, const Error&)>;

class Definitions {
 public:
  virtual ~Definitions() = default;

  /// Where they are, for logs and errors; without secrets.
  virtual const std::string& name() const = 0;
  /// As they are now: read again where they have changed, else those of before.
  virtual Result<std::shared_ptr<const FeastRegistry>> Load() = 0;
};

}  // namespace firn::features
