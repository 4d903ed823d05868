// CatalogConfig: which catalog, as plain properties, from a URI or from the keys of a profile of
// the configuration file. Names are those of the ecosystem (PyIceberg, Java).
//
// | type | required | |
// | --- | --- | --- |
// | `rest` | `uri` | more keys: catalog/rest/rest_options.h |
// | `sql` | `uri`, `warehouse` | SQLite or PostgreSQL: catalog/sql/sql_options.h |
// | `glue` | `warehouse` | catalog/glue/glue_options.h |
// | `hive` | `uri` | a Hive Metastore: catalog/hive/hive_options.h |
//
// All: `s3.*` and the other options of storage (storage/s3/s3_options.h); `name`, by which an SQL
// catalog knows its tables. `type` may be left out where the URI's scheme tells it.
//
//   http://127.0.0.1:8181?warehouse=main    rest; what follows `?` are properties, percent-decoded
//   sqlite:///catalog.db?warehouse=file:///data/wh    sql, a path relative to the working folder
//   sqlite:////var/catalog.db?warehouse=s3://bucket/wh    sql, an absolute path
//   postgresql://user@host/database?warehouse=s3://bucket/wh    sql
//   thrift://host:9083,thrift://other:9083?warehouse=s3://bucket/wh    hive
//
// `${VAR}` in a value stands for an environment variable.
// Errors: kInvalidArgument that names key and type, never a value: values may be secrets. No I/O.
// Thread-safety: pure functions, plain values.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/metadata/table_properties.h"

namespace firn::catalog {

enum class CatalogType : uint8_t { kRest, kSql, kGlue, kHive };

/// `rest`, `sql`, `glue`, `hive`.
std::string_view ToString(CatalogType type);

struct CatalogConfig {
  CatalogType type = CatalogType::kRest;
  /// The profile's, or what `name` says; empty where a URI says none.
  std::string name;
  /// Without `type` and `name`. May hold secrets: never printed.
  iceberg::PropertyMap properties;

  /// Empty where the key is absent.
  std::string Get(std::string_view key) const;
};

/// Asks for an environment variable.
using VariableLookup = std::function<std::optional<std::string>(std::string_view name)>;

/// The required keys are there.
Result<CatalogConfig> ReadCatalogUri(std::string_view uri, const VariableLookup& variables);
/// With further `keys`, none of which the URI has too.
Result<CatalogConfig> ReadCatalogUri(std::string_view uri,
                                     const iceberg::PropertyMap& keys,
                                     const VariableLookup& variables);
/// `profile` is the profile's name, the catalog's where the keys have no `name`.
Result<CatalogConfig> ReadCatalogProfile(std::string_view profile,
                                         const iceberg::PropertyMap& keys,
                                         const VariableLookup& variables);

/// True for what ReadCatalogUri takes, rather than the name of a profile.
bool LooksLikeCatalogUri(std::string_view text);

/// Whether all required keys are there and not empty. OpenCatalog asks before anything else.
Status CheckRequiredKeys(const CatalogConfig& config);

}  // namespace firn::catalog
