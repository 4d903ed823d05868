// Properties as the database keeps them: one JSON object of strings.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "server/store/records.h"

namespace firn::store::sql {

std::string PropertiesToJson(const Properties& properties);

/// Errors: kInternal where the row is damaged.
Result<Properties> PropertiesFromJson(std::string_view text);

}  // namespace firn::store::sql
