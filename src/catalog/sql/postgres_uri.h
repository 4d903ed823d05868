// PostgresParameters: how a PostgreSQL database is reached, in libpq's words, from the URIs that
// Iceberg's clients have.
//
// | form | of |
// | --- | --- |
// | `postgresql://USER:PASSWORD@HOST:PORT/DATABASE?NAME=VALUE` | libpq; `postgres://` too |
// | `postgresql+psycopg2://...`, with any driver's name | SQLAlchemy, so PyIceberg |
// | `jdbc:postgresql://HOST:PORT/DATABASE?user=USER&password=PASSWORD` | Java's driver |
//
// Parts may be missing, percent-encoded, and hosts several, as libpq has them. After the `?`:
// libpq's parameters (kPostgresNames); Java's `ssl`, `currentSchema`, `connectTimeout`,
// `ApplicationName`. The same names may stand among the catalog's properties, as may
// JdbcCatalog's `jdbc.user` and `jdbc.password`; the URI counts before them. What none of them
// says is libpq's default: PGPASSWORD, ~/.pgpass, PGSERVICE.
//
// Errors: kInvalidArgument, naming a parameter that is not passed on, and never a value.
// Thread-safety: pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/metadata/table_properties.h"

namespace firn::catalog::sql {

/// Values by libpq's name; may hold a password.
using PostgresParameters = std::map<std::string, std::string>;

bool IsPostgresUri(std::string_view uri);

Result<PostgresParameters> ReadPostgresUri(std::string_view uri,
                                           const iceberg::PropertyMap& properties);

}  // namespace firn::catalog::sql
