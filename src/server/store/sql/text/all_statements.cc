#include "server/store/sql/text/all_statements.h"

#include <array>

#include "server/store/sql/text/jobs.h"
#include "server/store/sql/text/logs.h"
#include "server/store/sql/text/namespaces.h"
#include "server/store/sql/text/objects.h"
#include "server/store/sql/text/plans.h"
#include "server/store/sql/text/schema.h"

namespace firn::store::sql {
namespace {

constexpr std::array<const Statement*, 76> kAll = {&kReadSchemaVersion,
                                                   &kAddSchemaVersion,
                                                   &kListWarehouses,
                                                   &kFindWarehouse,
                                                   &kInsertWarehouse,
                                                   &kClearDefaultWarehouse,
                                                   &kDeleteWarehouse,
                                                   &kFindNamespace,
                                                   &kInsertNamespace,
                                                   &kDeleteNamespace,
                                                   &kUpdateNamespaceProperties,
                                                   &kListNamespaces,
                                                   &kListNamespacesAfter,
                                                   &kCountEntities,
                                                   &kPing,
                                                   &kFindObject,
                                                   &kInsertObject,
                                                   &kSwapObject,
                                                   &kDeleteObject,
                                                   &kRenameObject,
                                                   &kListObjects,
                                                   &kListObjectsAfter,
                                                   &kFindObjectsByUuid,
                                                   &kFindObjectsAt,
                                                   &kFindObjectsBelow,
                                                   &kFindMetadataAtOrBelow,
                                                   &kListObjectsById,
                                                   &kSetObjectKeys,
                                                   &kFindHolderAt,
                                                   &kFindHolderBelow,
                                                   &kInsertStagedTable,
                                                   &kDeleteStagedTable,
                                                   &kTakeEventNumbers,
                                                   &kInsertEvent,
                                                   &kListEvents,
                                                   &kDeleteEventsOfWarehouse,
                                                   &kInsertVersion,
                                                   &kInsertAttempt,
                                                   &kFindAttempt,
                                                   &kInsertOutcome,
                                                   &kFindOutcome,
                                                   &kSetOutcomeReference,
                                                   &kDeleteOutcome,
                                                   &kInsertAudit,
                                                   &kInsertReport,
                                                   &kReadFence,
                                                   &kWriteFence,
                                                   &kTrimEvents,
                                                   &kTrimVersions,
                                                   &kTrimAttempts,
                                                   &kReportSizes,
                                                   &kTrimReports,
                                                   &kTrimAudit,
                                                   &kTrimOutcomes,
                                                   &kTrimStagedTables,
                                                   &kInsertJob,
                                                   &kFindDueJob,
                                                   &kClaimJob,
                                                   &kReleaseAllJobs,
                                                   &kSaveJobProgress,
                                                   &kFinishJob,
                                                   &kFailJob,
                                                   &kRetryJob,
                                                   &kListJobs,
                                                   &kRequeueJob,
                                                   &kCancelJob,
                                                   &kFindJob,
                                                   &kListUnfinishedJobs,
                                                   &kTrimJobs,
                                                   &kInsertPlan,
                                                   &kFindPlan,
                                                   &kExtendPlan,
                                                   &kDeletePlan,
                                                   &kTrimPlans,
                                                   &kListSigningKeys,
                                                   &kInsertSigningKey};

}  // namespace

std::span<const Statement* const> AllStatements() { return kAll; }

}  // namespace firn::store::sql
