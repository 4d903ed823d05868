// SqlRegistry: Feast's registry in a database, read when it is first asked for and again where its
// version says that something has changed. All tables are read in one transaction, so at one
// moment: a change of Feast is seen whole or not at all. `feast apply` is several changes, one an
// object.
//
// A look takes kRegistryTime at most. Where SQLite's file is locked for kLockTime by who writes it,
// the definitions of before are given and that is told: what is being written is not there yet.
// Where they were of another file, could not be read the last time or there are none yet, it is an
// error, kUnavailable. So is whatever keeps the server from its database, for that is no fault of
// who asks. Errors: definitions.h. Thread-safety: one thread at a time (shared_definitions.h).
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "features/definitions/definitions.h"
#include "features/definitions/load_troubles.h"
#include "features/definitions/sql/registry_database.h"

namespace firn::features {

inline constexpr std::chrono::seconds kRegistryTime{10};
inline constexpr std::chrono::seconds kLockTime{5};

class SqlRegistry final : public Definitions {
 public:
  SqlRegistry(std::string name,
              std::unique_ptr<RegistryDatabase> database,
              OnLoadTrouble on_trouble)
      : name_(std::move(name)), database_(std::move(database)), troubles_(std::move(on_trouble)) {}

  const std::string& name() const override { return name_; }
  Result<std::shared_ptr<const FeastRegistry>> Load() override;

 private:
  Status Refresh();
  /// With the registry's name, and as who asks the server should take it.
  Error Told(const Error& error) const;
  Error Failed(const Error& error);

  const std::string name_;
  const std::unique_ptr<RegistryDatabase> database_;
  LoadTroubles troubles_;
  std::string version_;
  std::shared_ptr<const FeastRegistry> registry_;
  /// registry_ is what the last look found that was not kept out by a lock.
  bool is_latest_ = false;
};

}  // namespace firn::features
