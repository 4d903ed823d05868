#include <utility>

#include <fmt/format.h>

#include "server/rest/catalog_handler.h"
#include "server/rest/listing.h"
#include "server/rest/requests.h"
#include "server/rest/responses.h"

namespace firn::rest {
namespace {

using service::MetadataEntryPtr;

http::Response LoadedView(const MetadataEntryPtr& entry) { return LoadViewResponse(*entry); }

}  // namespace

Result<http::Response> CatalogHandler::ListViews(Invocation& invocation) {
  const NamespacePath& name_space = invocation.route.name_space;
  ASSIGN_OR_RETURN(store::PageRequest request, ParsePage(invocation.query, Listing::kViews,
                                                         name_space, options_.max_page_size));
  ASSIGN_OR_RETURN(auto page, views_.List(invocation.call, name_space, request));
  return JsonResponse(
      PrintIdentifiers(name_space, page.items, NextToken(Listing::kViews, name_space, page)));
}

Result<http::Response> CatalogHandler::CreateView(Invocation& invocation) {
  ASSIGN_OR_RETURN(service::CreateViewRequest request, ParseCreateView(invocation.request.body));
  request.identifier.name_space = invocation.route.name_space;
  return Finish<MetadataEntryPtr>(invocation, views_.Create(invocation.call, request), LoadedView);
}

Result<http::Response> CatalogHandler::LoadView(Invocation& invocation) {
  ASSIGN_OR_RETURN(MetadataEntryPtr entry, views_.Load(invocation.call, invocation.identifier()));
  return LoadViewResponse(*entry);
}

Result<http::Response> CatalogHandler::ViewExists(Invocation& invocation) {
  ASSIGN_OR_RETURN(bool exists, views_.Exists(invocation.call, invocation.identifier()));
  if (!exists) {
    return Error(ErrorCode::kNoSuchView,
                 fmt::format("View does not exist: {}", invocation.identifier().ToString()));
  }
  return NoContent();
}

Result<http::Response> CatalogHandler::ReplaceView(Invocation& invocation) {
  ASSIGN_OR_RETURN(service::ViewChange change,
                   ParseCommitView(invocation.request.body, invocation.identifier()));
  return Finish<MetadataEntryPtr>(invocation, views_.Commit(invocation.call, change), LoadedView);
}

Result<http::Response> CatalogHandler::DropView(Invocation& invocation) {
  return Finish<std::monostate>(invocation, views_.Drop(invocation.call, invocation.identifier()),
                                [](std::monostate) { return NoContent(); });
}

Result<http::Response> CatalogHandler::RegisterView(Invocation& invocation) {
  ASSIGN_OR_RETURN(RegisterBody body, ParseRegister(invocation.request.body));
  TableIdentifier identifier{invocation.route.name_space, std::move(body.name)};
  return Finish<MetadataEntryPtr>(
      invocation, views_.Register(invocation.call, identifier, body.metadata_location), LoadedView);
}

Result<http::Response> CatalogHandler::RenameView(Invocation& invocation) {
  ASSIGN_OR_RETURN(RenameBody body, ParseRename(invocation.request.body));
  return Finish<std::monostate>(invocation,
                                views_.Rename(invocation.call, body.source, body.destination),
                                [](std::monostate) { return NoContent(); });
}

}  // namespace firn::rest
