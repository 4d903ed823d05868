// The answer of a call that was made before under the same Idempotency-Key, rendered from what was
// kept: a metadata location, a small JSON value or an error. Never from a stored body.
#include <utility>

#include "server/rest/catalog_handler.h"
#include "server/rest/errors.h"
#include "server/rest/responses.h"
#include "server/service/metadata_files.h"

namespace firn::rest {

Result<http::Response> CatalogHandler::Replay(const Invocation& invocation,
                                              const store::StoredOutcome& outcome) {
  if (outcome.http_status >= 400) {
    return ParseStoredError(outcome.reference);
  }
  switch (invocation.route.spec->operation) {
    case Operation::kCreateNamespace:
    case Operation::kUpdateNamespaceProperties:
    case Operation::kCreateWarehouse:
      return JsonResponse(outcome.reference);
    case Operation::kCreateTable:
      if (outcome.reference.starts_with('{')) {
        return JsonResponse(PrintStagedTable(outcome.reference));
      }
      [[fallthrough]];
    case Operation::kRegisterTable: {
      ASSIGN_OR_RETURN(auto entry, service::LoadTableEntry(environment_, outcome.reference));
      return LoadTableResponse(*entry, iceberg::SnapshotSelection::kAll);
    }
    case Operation::kUpdateTable: {
      auto entry = service::LoadTableEntry(environment_, outcome.reference);
      if (!entry.has_value() && entry.error().code() == ErrorCode::kNotFound) {
        // Later commits removed that version's file: a replay may show a newer state.
        entry = tables_.Load(invocation.call, invocation.identifier());
      }
      if (!entry.has_value()) {
        return TakeError(std::move(entry));
      }
      return CommitTableResponse(**entry);
    }
    case Operation::kUnregisterTable: {
      ASSIGN_OR_RETURN(auto entry, service::LoadTableEntry(environment_, outcome.reference));
      return UnregisterTableResponse(*entry);
    }
    case Operation::kCreateView:
    case Operation::kReplaceView:
    case Operation::kRegisterView: {
      ASSIGN_OR_RETURN(auto entry, service::LoadViewEntry(environment_, outcome.reference));
      return LoadViewResponse(*entry);
    }
    case Operation::kRetryJob:
    case Operation::kCancelJob:
      return GetJob(invocation);
    default:
      return NoContent();
  }
}

}  // namespace firn::rest
