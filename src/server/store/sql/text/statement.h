// Statement: a named SQL text. All SQL of the catalog's store lives in this folder and is written
// so that SQLite 3.40 and PostgreSQL read it alike (no SQLite-only construct, parameters by name as
// `:name`, times as integer milliseconds, flags as integers 0 and 1).
//
// A statement is known by its address: sessions prepare each once and keep it.
#pragma once

#include <string_view>

namespace firn::store::sql {

struct Statement {
  std::string_view name;
  std::string_view text;
};

}  // namespace firn::store::sql
