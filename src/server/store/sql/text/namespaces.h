// SQL of warehouses and namespaces.
#pragma once

#include "server/store/sql/text/statement.h"

namespace firn::store::sql {

// --- Warehouses ---

inline constexpr Statement kListWarehouses{
    "list_warehouses",
    "SELECT id, name, location, properties, is_default FROM warehouses ORDER BY name"};

inline constexpr Statement kFindWarehouse{"find_warehouse",
                                          "SELECT id FROM warehouses WHERE name = :name"};

/// No row where name or location is taken.
inline constexpr Statement kInsertWarehouse{
    "insert_warehouse",
    "INSERT INTO warehouses"
    " (name, location, location_key, properties, is_default, last_event, created_ms)"
    " VALUES (:name, :location, :location_key, :properties, :is_default, 0, :now)"
    " ON CONFLICT DO NOTHING RETURNING id"};

inline constexpr Statement kClearDefaultWarehouse{
    "clear_default_warehouse", "UPDATE warehouses SET is_default = 0 WHERE is_default = 1"};

inline constexpr Statement kDeleteWarehouse{"delete_warehouse",
                                            "DELETE FROM warehouses WHERE id = :id"};

// --- Namespaces ---

inline constexpr Statement kFindNamespace{
    "find_namespace",
    "SELECT id, properties FROM namespaces WHERE warehouse_id = :warehouse AND path = :path"};

/// No row where the path is taken.
inline constexpr Statement kInsertNamespace{
    "insert_namespace",
    "INSERT INTO namespaces (warehouse_id, parent_id, path, name, properties, created_ms)"
    " VALUES (:warehouse, :parent, :path, :name, :properties, :now)"
    " ON CONFLICT DO NOTHING RETURNING id"};

/// Refused by the foreign keys of what the namespace holds.
inline constexpr Statement kDeleteNamespace{
    "delete_namespace", "DELETE FROM namespaces WHERE warehouse_id = :warehouse AND path = :path"};

inline constexpr Statement kUpdateNamespaceProperties{
    "update_namespace_properties", "UPDATE namespaces SET properties = :properties WHERE id = :id"};

inline constexpr Statement kListNamespaces{
    "list_namespaces",
    "SELECT name FROM namespaces WHERE parent_id = :parent AND path <> '' ORDER BY name"
    " LIMIT :limit"};

inline constexpr Statement kListNamespacesAfter{
    "list_namespaces_after",
    "SELECT name FROM namespaces WHERE parent_id = :parent AND path <> '' AND name > :after"
    " ORDER BY name LIMIT :limit"};

inline constexpr Statement kCountEntities{"count_entities",
                                          "SELECT (SELECT COUNT(*) FROM warehouses),"
                                          " (SELECT COUNT(*) FROM namespaces WHERE path <> '.'),"
                                          " (SELECT COUNT(*) FROM objects WHERE kind = 0),"
                                          " (SELECT COUNT(*) FROM objects WHERE kind = 1),"
                                          " (SELECT COUNT(*) FROM jobs WHERE state = 0),"
                                          " (SELECT COUNT(*) FROM jobs WHERE state = 1),"
                                          " (SELECT COUNT(*) FROM jobs WHERE state = 2),"
                                          " (SELECT COUNT(*) FROM jobs WHERE state = 3),"
                                          " (SELECT COUNT(*) FROM jobs WHERE state = 4)"};

inline constexpr Statement kPing{"ping", "SELECT 1"};

}  // namespace firn::store::sql
