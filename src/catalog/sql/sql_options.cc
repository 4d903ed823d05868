#include "catalog/sql/sql_options.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "storage/location.h"

namespace firn::catalog::sql {
namespace {

/// The file that a URI names.
Result<std::string> FileOf(const std::string& uri) {
  for (std::string_view begin : {"sqlite:///", "sqlite+pysqlite:///", "jdbc:sqlite:"}) {
    if (!uri.starts_with(begin)) {
      continue;
    }
    std::string file = uri.substr(begin.size());
    // `:memory:` would be another database for every call; parameters and `file:` are other ways to
    // say that, or to weaken what a commit promises.
    bool plain = !file.empty() && !file.starts_with(':') && !file.starts_with("file:") &&
                 !file.contains('?') && !file.ends_with('/');
    if (plain) {
      return file;
    }
    return Error(ErrorCode::kInvalidArgument,
                 "uri of a catalog of type sql names a file, without parameters");
  }
  if (uri.starts_with("jdbc:")) {
    return Error(ErrorCode::kUnsupported,
                 "Catalogs of type sql are read from SQLite and PostgreSQL alone");
  }
  return Error(ErrorCode::kInvalidArgument,
               "uri of a catalog of type sql takes sqlite:///FILE, jdbc:sqlite:FILE or "
               "postgresql://HOST/DATABASE");
}

}  // namespace

Result<SqlOptions> ParseSqlOptions(const CatalogConfig& config) {
  SqlOptions options{.name = config.name};
  std::string uri = config.Get("uri");
  if (IsPostgresUri(uri)) {
    ASSIGN_OR_RETURN(options.postgres, ReadPostgresUri(uri, config.properties));
  } else {
    ASSIGN_OR_RETURN(std::string file, FileOf(uri));
    std::error_code error;
    options.path = std::filesystem::absolute(file, error).string();
    if (error) {
      return Error(ErrorCode::kIoError, "The working folder is gone")
          .With("cause", error.message());
    }
  }
  std::string warehouse = config.Get("warehouse");
  RETURN_IF_ERROR(storage::Location::Parse(warehouse));
  options.warehouse = storage::TrimTrailingSlashes(warehouse);
  return options;
}

}  // namespace firn::catalog::sql
