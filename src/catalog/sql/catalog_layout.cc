#include "catalog/sql/catalog_layout.h"

namespace firn::catalog::sql {

std::string ForPostgres(std::string_view sql) {
  constexpr std::string_view kBytes = "COLLATE BINARY";
  std::string spelled;
  spelled.reserve(sql.size());
  while (!sql.empty()) {
    if (sql.starts_with(kBytes)) {
      spelled += "COLLATE \"C\"";
      sql.remove_prefix(kBytes.size());
      continue;
    }
    spelled += sql.front() == '?' ? '$' : sql.front();
    sql.remove_prefix(1);
  }
  return spelled;
}

}  // namespace firn::catalog::sql
