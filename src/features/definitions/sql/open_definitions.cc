#include "features/definitions/sql/open_definitions.h"

#include <utility>

#include "features/definitions/registry_file.h"
#include "features/definitions/sql/registry_database.h"
#include "features/definitions/sql/registry_url.h"
#include "features/definitions/sql/sql_registry.h"

namespace firn::features {

Result<std::unique_ptr<Definitions>> OpenDefinitions(const std::string& place) {
  if (!IsRegistryUrl(place)) {
    return std::make_unique<RegistryFile>(place);
  }
  ASSIGN_OR_RETURN(RegistryUrl url, ParseRegistryUrl(place));
  url.options.busy_timeout = kLockTime;
  auto database = OpenRegistryDatabase(url);
  return std::make_unique<SqlRegistry>(std::move(url.shown), std::move(database));
}

}  // namespace firn::features
