// The page parameters of a listing. Pages are made only where `pageToken` is given, be it empty;
// without it everything is returned, whatever `pageSize` says.
//
// Errors: kInvalidArgument for a page size below 1 or a foreign token.
#pragma once

#include <string>

#include "base/result.h"
#include "server/http/url.h"
#include "server/rest/page_token.h"
#include "server/store/catalog_store.h"

namespace firn::rest {

Result<store::PageRequest> ParsePage(const http::Query& query,
                                     Listing listing,
                                     const NamespacePath& parent,
                                     int64_t max_page_size);

/// The token behind `page`; empty where it is the last.
std::string NextToken(Listing listing,
                      const NamespacePath& parent,
                      const store::Page<std::string>& page);

}  // namespace firn::rest
