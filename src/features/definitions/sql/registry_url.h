// RegistryUrl: where the database of a Feast registry is, from the URL in Feast's `path`, as
// SQLAlchemy 2.1 reads it.
//
// | URL | names |
// | --- | --- |
// | `sqlite:///FILE` | a file below the working folder; with four slashes an absolute path |
// | `postgresql://USER:PASSWORD@HOST:PORT/DATABASE?NAME=VALUE` | a database of PostgreSQL |
//
// Drivers of Python may be named, `sqlite+pysqlite`, `postgresql+psycopg` and
// `postgresql+psycopg2`; here they mean nothing. User, password, file and database may be
// percent-encoded. Names after the `?` are libpq's; what the URL leaves open is libpq's default:
// PGPASSWORD, ~/.pgpass.
//
// Errors: kInvalidArgument, naming another kind of database or driver, or the parameter that is not
// passed on. Never a value.
// Thread-safety: pure, but that a relative path is joined to the working folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/sql/sql_options.h"

namespace firn::features {

enum class RegistryEngine : uint8_t { kSqlite, kPostgres };

struct RegistryUrl {
  RegistryEngine engine = RegistryEngine::kSqlite;
  /// `path` or `postgres`.
  catalog::sql::SqlOptions options;
  /// Without user, password and parameters.
  std::string shown;
};

/// `NAME://`, whatever the name.
bool IsRegistryUrl(std::string_view text);
/// Of what is no URL: kInvalidArgument where it may have been meant as one, for a file's path is
/// shown, and in this one may be a password. That is so where it has `://` in it, which a path can
/// do without, or begins like the URL of a database, `postgresql:`, `sqlite+`.
Status CheckRegistryPath(std::string_view path);

Result<RegistryUrl> ParseRegistryUrl(std::string_view url);

}  // namespace firn::features
