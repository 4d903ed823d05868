#include "server/rest/listing.h"

#include <algorithm>
#include <charconv>

namespace firn::rest {

Result<store::PageRequest> ParsePage(const http::Query& query,
                                     Listing listing,
                                     const NamespacePath& parent,
                                     int64_t max_page_size) {
  store::PageRequest page;
  int64_t size = max_page_size;
  if (auto text = query.Find("pageSize"); text && !text->empty()) {
    auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), size);
    if (error != std::errc() || end != text->data() + text->size() || size < 1) {
      return Error(ErrorCode::kInvalidArgument, "pageSize must be a number of at least 1");
    }
  }
  auto token = query.Find("pageToken");
  if (token) {
    ASSIGN_OR_RETURN(page.after, ParsePageToken(listing, parent, *token));
    page.limit = std::min(size, max_page_size);
  }
  return page;
}

std::string NextToken(Listing listing,
                      const NamespacePath& parent,
                      const store::Page<std::string>& page) {
  return page.has_more ? PrintPageToken(listing, parent, page.items.back()) : std::string();
}

}  // namespace firn::rest
