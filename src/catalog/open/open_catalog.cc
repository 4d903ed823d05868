#include "catalog/open/open_catalog.h"

#include "catalog/glue/glue_catalog.h"
#include "catalog/hive/hive_catalog.h"
#include "catalog/rest/rest_catalog.h"
#include "catalog/sql/sql_catalog.h"
#include "storage/aws/credentials.h"

namespace firn::catalog {

CatalogEnvironment ProcessEnvironment() {
  static const SystemClock clock;
  return {.clock = clock, .variables = storage::aws::ProcessEnvironment()};
}

Result<std::unique_ptr<Catalog>> OpenCatalog(const CatalogConfig& config,
                                             const CatalogEnvironment& environment) {
  RETURN_IF_ERROR(CheckRequiredKeys(config));
  switch (config.type) {
    case CatalogType::kRest:
      return rest::RestCatalog::Open(config, environment);
    case CatalogType::kSql:
      return sql::SqlCatalog::Open(config, environment);
    case CatalogType::kGlue:
      return glue::OpenGlueCatalog(config, environment);
    case CatalogType::kHive:
      return hive::OpenHiveCatalog(config, environment);
  }
  return Error(ErrorCode::kInternal, "There is no such type of catalogs");
}

}  // namespace firn::catalog
