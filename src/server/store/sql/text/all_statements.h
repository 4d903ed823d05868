// Every named statement, for the test that prepares each one on each engine.
#pragma once

#include <span>

#include "server/store/sql/text/statement.h"

namespace firn::store::sql {

std::span<const Statement* const> AllStatements();

}  // namespace firn::store::sql
