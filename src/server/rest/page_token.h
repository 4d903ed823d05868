// Page tokens: where a listing goes on. Opaque to clients; bound to the listing they came from.
//
// Errors of Parse: kInvalidArgument for a token that is not ours or is of another listing.
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/table_identifier.h"

namespace firn::rest {

/// Which listing a token belongs to.
enum class Listing : char { kNamespaces = 'n', kTables = 't', kViews = 'v' };

/// A token for the page behind `last`, the last name of this page.
std::string PrintPageToken(Listing listing, const NamespacePath& parent, std::string_view last);

/// The name to go on behind; nullopt for the empty token, which asks for the first page.
Result<std::optional<std::string>> ParsePageToken(Listing listing,
                                                  const NamespacePath& parent,
                                                  std::string_view token);

}  // namespace firn::rest
