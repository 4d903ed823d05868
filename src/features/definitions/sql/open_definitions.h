// OpenDefinitions: the definitions that a setting names: a path is a registry file, a URL a
// registry in a database; blanks around either are nothing. Nothing is read yet.
// They are for any thread.
//
// Errors: registry_url.h. Thread-safety: pure.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "features/definitions/definitions.h"

namespace firn::features {

Result<std::unique_ptr<Definitions>> OpenDefinitions(std::string_view place,
                                                     OnLoadTrouble on_trouble);

}  // namespace firn::features
