#include <utility>

#include "server/rest/catalog_handler.h"
#include "server/rest/listing.h"
#include "server/rest/requests.h"
#include "server/rest/responses.h"

namespace firn::rest {

Result<http::Response> CatalogHandler::ListNamespaces(Invocation& invocation) {
  NamespacePath parent;
  if (auto text = invocation.query.Find("parent")) {
    ASSIGN_OR_RETURN(parent, router_.SplitNamespace(*text));
  }
  ASSIGN_OR_RETURN(store::PageRequest request, ParsePage(invocation.query, Listing::kNamespaces,
                                                         parent, options_.max_page_size));
  ASSIGN_OR_RETURN(auto page, namespaces_.List(invocation.call, parent, request));
  return JsonResponse(
      PrintNamespaces(parent, page.items, NextToken(Listing::kNamespaces, parent, page)));
}

Result<http::Response> CatalogHandler::CreateNamespace(Invocation& invocation) {
  ASSIGN_OR_RETURN(CreateNamespaceBody body, ParseCreateNamespace(invocation.request.body));
  return Finish<store::NamespaceRecord>(
      invocation, namespaces_.Create(invocation.call, body.path, body.properties),
      [](const store::NamespaceRecord& created) { return JsonResponse(PrintNamespace(created)); });
}

Result<http::Response> CatalogHandler::LoadNamespace(Invocation& invocation) {
  ASSIGN_OR_RETURN(auto record, namespaces_.Load(invocation.call, invocation.route.name_space));
  if (invocation.route.spec->operation == Operation::kNamespaceExists) {
    return NoContent();
  }
  return JsonResponse(PrintNamespace(record));
}

Result<http::Response> CatalogHandler::DropNamespace(Invocation& invocation) {
  return Finish<std::monostate>(invocation,
                                namespaces_.Drop(invocation.call, invocation.route.name_space),
                                [](std::monostate) { return NoContent(); });
}

Result<http::Response> CatalogHandler::UpdateNamespaceProperties(Invocation& invocation) {
  ASSIGN_OR_RETURN(store::UpdateNamespaceProperties update,
                   ParseUpdateProperties(invocation.request.body));
  update.path = invocation.route.name_space;
  return Finish<store::NamespacePropertiesResult>(
      invocation, namespaces_.UpdateProperties(invocation.call, update),
      [](const store::NamespacePropertiesResult& result) {
        return JsonResponse(PrintPropertiesResult(result));
      });
}

}  // namespace firn::rest
