// The answer of a call that was made before under the same Idempotency-Key, rendered from what was
// kept: a version of a table or view, a small JSON value or an error. Never from a stored body.
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/rest/catalog_handler.h"
#include "server/rest/errors.h"
#include "server/rest/requests.h"
#include "server/rest/responses.h"
#include "server/service/metadata_files.h"
#include "server/service/stored_version.h"

namespace firn::rest {

namespace {

/// True where this is a later version of the same table or view.
bool Follows(const service::MetadataEntry& entry, const service::StoredVersion& version) {
  return !version.uuid.empty() && service::UuidOf(entry) == version.uuid;
}

bool SaysMissing(const Error& error) {
  return error.code() == ErrorCode::kNoSuchTable || error.code() == ErrorCode::kNoSuchView ||
         error.code() == ErrorCode::kNotFound;
}

/// What the call answered then; where later commits have removed that version's file, what there is
/// now: a replay may show a newer state, but never another object of that name. `name` finds what
/// the object is called, where that is asked for.
template <class Service, class Name>
Result<service::MetadataEntryPtr> ThenOrNow(Result<service::MetadataEntryPtr> then,
                                            const service::StoredVersion& version,
                                            const service::CallContext& call,
                                            Service& service,
                                            const Name& name) {
  if (then.has_value() || then.error().code() != ErrorCode::kNotFound) {
    return then;
  }
  ASSIGN_OR_RETURN(const TableIdentifier identifier, name());
  auto now = service.Load(call, identifier);
  if (!now.has_value()) {
    return SaysMissing(now.error()) ? std::move(then) : std::move(now);
  }
  return Follows(**now, version) ? std::move(now) : std::move(then);
}

/// A commit under this key has succeeded. A client that is told anything else takes its files
/// away, so what is left is an unknown state, or another try.
Result<service::MetadataEntryPtr> OfCommit(Result<service::MetadataEntryPtr> answer) {
  if (answer.has_value() || answer.error().code() == ErrorCode::kUnavailable ||
      answer.error().code() == ErrorCode::kDeadlineExceeded) {
    return answer;
  }
  return Error(ErrorCode::kCommitStateUnknown,
               "The commit has succeeded before, but its result cannot be read now: " +
                   answer.error().message());
}

/// The name that a creating call gave, which stands in its body.
Result<TableIdentifier> NameInBody(Operation operation,
                                   const NamespacePath& name_space,
                                   std::string_view body) {
  switch (operation) {
    case Operation::kCreateTable: {
      ASSIGN_OR_RETURN(CreateTableBody parsed, ParseCreateTable(body));
      return TableIdentifier{name_space, std::move(parsed.request.identifier.name)};
    }
    case Operation::kCreateView: {
      ASSIGN_OR_RETURN(service::CreateViewRequest parsed, ParseCreateView(body));
      return TableIdentifier{name_space, std::move(parsed.identifier.name)};
    }
    default: {
      ASSIGN_OR_RETURN(RegisterBody parsed, ParseRegister(body));
      return TableIdentifier{name_space, std::move(parsed.name)};
    }
  }
}

}  // namespace

Result<http::Response> CatalogHandler::Replay(const Invocation& invocation,
                                              const store::StoredOutcome& outcome) {
  if (outcome.http_status >= 400) {
    return ParseStoredError(outcome.reference);
  }
  const Operation operation = invocation.route.spec->operation;
  const std::string& reference = outcome.reference;
  const auto stored = service::ParseReference(reference);
  const service::StoredVersion version = stored.value_or(service::StoredVersion());
  auto table = [&](const auto& name) {
    return ThenOrNow(service::LoadTableEntry(environment_, version.metadata_location), version,
                     invocation.call, tables_, name);
  };
  auto view = [&](const auto& name) {
    return ThenOrNow(service::LoadViewEntry(environment_, version.metadata_location), version,
                     invocation.call, views_, name);
  };
  auto named = [&]() -> Result<TableIdentifier> { return invocation.identifier(); };
  auto created = [&]() -> Result<TableIdentifier> {
    std::optional<LargeBodies::Turn> turn;
    if (!invocation.turn) {
      const http::Request& request = invocation.request;
      ASSIGN_OR_RETURN(auto waited, large_bodies_.Wait(request.body.size(), request.deadline));
      turn.emplace(std::move(waited));
    }
    return NameInBody(operation, invocation.route.name_space, invocation.request.body);
  };
  switch (operation) {
    case Operation::kCreateNamespace:
    case Operation::kUpdateNamespaceProperties:
    case Operation::kCreateWarehouse:
      return JsonResponse(reference);
    case Operation::kCreateTable:
      if (!stored) {
        return JsonResponse(PrintStagedTable(reference));
      }
      [[fallthrough]];
    case Operation::kRegisterTable: {
      ASSIGN_OR_RETURN(auto entry, table(created));
      return LoadTableResponse(*entry, iceberg::SnapshotSelection::kAll);
    }
    case Operation::kUpdateTable: {
      ASSIGN_OR_RETURN(auto entry, OfCommit(table(named)));
      return CommitTableResponse(*entry);
    }
    case Operation::kUnregisterTable: {
      ASSIGN_OR_RETURN(auto entry,
                       service::LoadTableEntry(environment_, version.metadata_location));
      return UnregisterTableResponse(*entry);
    }
    case Operation::kCreateView:
    case Operation::kRegisterView: {
      ASSIGN_OR_RETURN(auto entry, view(created));
      return LoadViewResponse(*entry);
    }
    case Operation::kReplaceView: {
      ASSIGN_OR_RETURN(auto entry, OfCommit(view(named)));
      return LoadViewResponse(*entry);
    }
    case Operation::kPlanTableScan: {
      ASSIGN_OR_RETURN(http::Response answer, AnswerPlan(invocation, reference));
      if (answer.status == 404) {
        return Error(ErrorCode::kUnprocessable, "The plan of this Idempotency-Key is gone");
      }
      return answer;
    }
    case Operation::kFetchScanTasks:
      return FetchScanTasks(invocation);
    case Operation::kRetryJob:
    case Operation::kCancelJob:
      return GetJob(invocation);
    default:
      return NoContent();
  }
}

}  // namespace firn::rest
