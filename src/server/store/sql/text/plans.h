// SQL of scan plans, and of the keys that their tasks are signed with. `plans.status` is 0: a plan
// that was cancelled has no row.
#pragma once

#include "server/store/sql/text/statement.h"

namespace firn::store::sql {

inline constexpr Statement kInsertPlan{
    "insert_plan",
    "INSERT INTO plans (id, warehouse_id, object_id, principal, request, status, expires_ms)"
    " VALUES (:id, :warehouse, :object, :principal, :request, 0, :expires)"};

inline constexpr Statement kFindPlan{
    "find_plan",
    "SELECT id, warehouse_id, object_id, principal, request, expires_ms FROM plans"
    " WHERE id = :id AND expires_ms > :now"};

inline constexpr Statement kExtendPlan{
    "extend_plan",
    "UPDATE plans SET expires_ms = :expires WHERE id = :id AND expires_ms < :expires"};

inline constexpr Statement kDeletePlan{
    "delete_plan",
    "DELETE FROM plans WHERE id = :id AND warehouse_id = :warehouse AND object_id = :object"
    " AND principal = :principal AND expires_ms > :now"};

inline constexpr Statement kTrimPlans{
    "trim_plans",
    "DELETE FROM plans WHERE id IN"
    " (SELECT id FROM plans WHERE expires_ms <= :now ORDER BY expires_ms LIMIT :step)"};

inline constexpr Statement kListSigningKeys{
    "list_signing_keys",
    "SELECT id, sealed_key FROM signing_keys WHERE purpose = :purpose AND retired_ms IS NULL"
    " ORDER BY created_ms DESC, id"};

inline constexpr Statement kInsertSigningKey{
    "insert_signing_key",
    "INSERT INTO signing_keys (id, purpose, algorithm, sealed_key, sealed_with, created_ms)"
    " VALUES (:id, :purpose, 'hmac-sha256', :secret, '', :now)"};

}  // namespace firn::store::sql
