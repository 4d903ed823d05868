#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "server/rest/catalog_handler.h"
#include "server/rest/listing.h"
#include "server/rest/requests.h"
#include "server/rest/responses.h"

namespace firn::rest {
namespace {

using iceberg::SnapshotSelection;
using service::MetadataEntryPtr;

Result<SnapshotSelection> ParseSelection(const http::Query& query) {
  auto text = query.Find("snapshots");
  if (!text || text->empty() || *text == "all") {
    return SnapshotSelection::kAll;
  }
  if (*text == "refs") {
    return SnapshotSelection::kRefs;
  }
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("Invalid snapshots parameter, all or refs: {}", *text));
}

Result<bool> ParsePurge(const http::Query& query) {
  std::string text(query.Find("purgeRequested").value_or(""));
  const std::string lower = ToLowerAscii(text);  // PyIceberg sends True
  if (lower.empty() || lower == "false") {
    return false;
  }
  if (lower == "true") {
    return true;
  }
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("Invalid purgeRequested parameter, true or false: {}", text));
}

http::Response LoadedTable(const MetadataEntryPtr& entry) {
  return LoadTableResponse(*entry, SnapshotSelection::kAll);
}

}  // namespace

Result<http::Response> CatalogHandler::ListTables(Invocation& invocation) {
  const NamespacePath& name_space = invocation.route.name_space;
  ASSIGN_OR_RETURN(store::PageRequest request, ParsePage(invocation.query, Listing::kTables,
                                                         name_space, options_.max_page_size));
  ASSIGN_OR_RETURN(auto page, tables_.List(invocation.call, name_space, request));
  return JsonResponse(
      PrintIdentifiers(name_space, page.items, NextToken(Listing::kTables, name_space, page)));
}

Result<http::Response> CatalogHandler::CreateTable(Invocation& invocation) {
  ASSIGN_OR_RETURN(CreateTableBody body, ParseCreateTable(invocation.request.body));
  body.request.identifier.name_space = invocation.route.name_space;
  if (!body.stage) {
    return Finish<MetadataEntryPtr>(invocation, tables_.Create(invocation.call, body.request),
                                    LoadedTable);
  }
  return Finish<iceberg::TableMetadataPtr>(
      invocation, tables_.Stage(invocation.call, body.request),
      [](const iceberg::TableMetadataPtr& metadata) {
        return JsonResponse(PrintStagedTable(iceberg::PrintTableMetadata(*metadata)));
      });
}

Result<http::Response> CatalogHandler::LoadTable(Invocation& invocation) {
  ASSIGN_OR_RETURN(SnapshotSelection selection, ParseSelection(invocation.query));
  ASSIGN_OR_RETURN(MetadataEntryPtr entry, tables_.Load(invocation.call, invocation.identifier()));
  std::string tag = EntityTag(*entry, selection);
  if (Matches(invocation.request.Header("If-None-Match"), tag)) {
    http::Response response;
    response.status = 304;
    response.headers.emplace_back("ETag", std::move(tag));
    return response;
  }
  return LoadTableResponse(*entry, selection);
}

Result<http::Response> CatalogHandler::TableExists(Invocation& invocation) {
  ASSIGN_OR_RETURN(bool exists, tables_.Exists(invocation.call, invocation.identifier()));
  if (!exists) {
    return service::NoSuchTable(invocation.identifier());
  }
  return NoContent();
}

Result<http::Response> CatalogHandler::UpdateTable(Invocation& invocation) {
  ASSIGN_OR_RETURN(service::TableChange change,
                   ParseCommitTable(invocation.request.body, invocation.identifier()));
  return Finish<MetadataEntryPtr>(
      invocation, commits_.Commit(invocation.call, change),
      [](const MetadataEntryPtr& entry) { return CommitTableResponse(*entry); });
}

Result<http::Response> CatalogHandler::DropTable(Invocation& invocation) {
  ASSIGN_OR_RETURN(bool purge, ParsePurge(invocation.query));
  return Finish<std::monostate>(invocation,
                                tables_.Drop(invocation.call, invocation.identifier(), purge),
                                [](std::monostate) { return NoContent(); });
}

Result<http::Response> CatalogHandler::RegisterTable(Invocation& invocation) {
  ASSIGN_OR_RETURN(RegisterBody body, ParseRegister(invocation.request.body));
  TableIdentifier identifier{invocation.route.name_space, std::move(body.name)};
  return Finish<MetadataEntryPtr>(
      invocation,
      tables_.Register(invocation.call, identifier, body.metadata_location, body.overwrite),
      LoadedTable);
}

Result<http::Response> CatalogHandler::UnregisterTable(Invocation& invocation) {
  return Finish<MetadataEntryPtr>(
      invocation, tables_.Unregister(invocation.call, invocation.identifier()),
      [](const MetadataEntryPtr& entry) { return UnregisterTableResponse(*entry); });
}

Result<http::Response> CatalogHandler::ReportMetrics(Invocation& invocation) {
  ASSIGN_OR_RETURN(store::SaveMetricsReport report, ParseMetricsReport(invocation.request.body));
  report.identifier = invocation.identifier();
  return Finish<std::monostate>(invocation, tables_.SaveMetricsReport(invocation.call, report),
                                [](std::monostate) { return NoContent(); });
}

Result<http::Response> CatalogHandler::RenameTable(Invocation& invocation) {
  ASSIGN_OR_RETURN(RenameBody body, ParseRename(invocation.request.body));
  return Finish<std::monostate>(invocation,
                                tables_.Rename(invocation.call, body.source, body.destination),
                                [](std::monostate) { return NoContent(); });
}

Result<http::Response> CatalogHandler::CommitTransaction(Invocation& invocation) {
  ASSIGN_OR_RETURN(std::vector<service::TableChange> changes,
                   ParseTransaction(invocation.request.body));
  return Finish<std::monostate>(invocation, commits_.CommitAll(invocation.call, changes),
                                [](std::monostate) { return NoContent(); });
}

}  // namespace firn::rest
