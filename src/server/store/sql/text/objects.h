// SQL of tables, views and the locations they hold.
//
// Every statement that returns an object selects the columns in the order that ReadObject
// (sql/session/rows.h) expects.
#pragma once

#include "server/store/sql/text/statement.h"

namespace firn::store::sql {

/// An object of any kind by its name.
inline constexpr Statement kFindObject{
    "find_object",
    "SELECT o.id, o.namespace_id, o.kind, o.name, o.metadata_location, o.location, o.uuid,"
    " o.format_version, o.last_sequence_number, o.version"
    " FROM namespaces n JOIN objects o ON o.namespace_id = n.id"
    " WHERE n.warehouse_id = :warehouse AND n.path = :path AND o.name = :name"};

/// No row where the name is taken.
inline constexpr Statement kInsertObject{
    "insert_object",
    "INSERT INTO objects (namespace_id, name, kind, uuid, metadata_location, location,"
    " location_key, metadata_key, format_version, last_sequence_number, version, created_ms,"
    " updated_ms)"
    " VALUES (:namespace, :name, :kind, :uuid, :metadata_location, :location, :location_key,"
    " :metadata_key, :format_version, :last_sequence_number, 1, :now, :now)"
    " ON CONFLICT DO NOTHING RETURNING id"};

/// No row changes where the version moved on.
inline constexpr Statement kSwapObject{
    "swap_object",
    "UPDATE objects SET metadata_location = :metadata_location, location = :location,"
    " location_key = :location_key, metadata_key = :metadata_key, uuid = :uuid,"
    " format_version = :format_version, last_sequence_number = :last_sequence_number,"
    " version = version + 1, updated_ms = :now"
    " WHERE id = :id AND version = :expected_version"};

inline constexpr Statement kDeleteObject{"delete_object", "DELETE FROM objects WHERE id = :id"};

/// Fails with kAlreadyExists where the target is taken.
inline constexpr Statement kRenameObject{
    "rename_object",
    "UPDATE objects SET namespace_id = :namespace, name = :name, updated_ms = :now WHERE id = :id"};

inline constexpr Statement kListObjects{
    "list_objects",
    "SELECT name FROM objects WHERE namespace_id = :namespace AND kind = :kind ORDER BY name"
    " LIMIT :limit"};

inline constexpr Statement kListObjectsAfter{
    "list_objects_after",
    "SELECT name FROM objects WHERE namespace_id = :namespace AND kind = :kind AND name > :after"
    " ORDER BY name LIMIT :limit"};

inline constexpr Statement kFindObjectsByUuid{
    "find_objects_by_uuid",
    "SELECT id, namespace_id, kind, name, metadata_location, location, uuid, format_version,"
    " last_sequence_number, version FROM objects WHERE uuid = :uuid"};

inline constexpr Statement kFindObjectsAt{
    "find_objects_at",
    "SELECT id, namespace_id, kind, name, metadata_location, location, uuid, format_version,"
    " last_sequence_number, version FROM objects WHERE location_key = :location_key"};

inline constexpr Statement kFindObjectsBelow{
    "find_objects_below",
    "SELECT id, namespace_id, kind, name, metadata_location, location, uuid, format_version,"
    " last_sequence_number, version FROM objects"
    " WHERE location_key > :below AND location_key < :below_end"};

/// Objects whose metadata file lies there, and not below their own location.
inline constexpr Statement kFindMetadataAtOrBelow{
    "find_metadata_at_or_below",
    "SELECT id, namespace_id, kind, name, metadata_location, location, uuid, format_version,"
    " last_sequence_number, version FROM objects WHERE metadata_key = :location_key"
    " UNION ALL"
    " SELECT id, namespace_id, kind, name, metadata_location, location, uuid, format_version,"
    " last_sequence_number, version FROM objects"
    " WHERE metadata_key > :below AND metadata_key < :below_end"};

/// For migrations: all objects, a step at a time.
inline constexpr Statement kListObjectsById{
    "list_objects_by_id",
    "SELECT id, namespace_id, kind, name, metadata_location, location, uuid, format_version,"
    " last_sequence_number, version FROM objects WHERE id > :after ORDER BY id LIMIT :limit"};

/// A NULL location key leaves the one that is there; a row that has both keys is not written.
inline constexpr Statement kSetObjectKeys{
    "set_object_keys",
    "UPDATE objects SET location_key = COALESCE(:location_key, location_key),"
    " metadata_key = :metadata_key WHERE id = :id"
    " AND (COALESCE(location_key, '') <> COALESCE(:location_key, location_key, '')"
    " OR COALESCE(metadata_key, '') <> COALESCE(:metadata_key, ''))"};

// --- Who holds a location: live tables, unexpired staged ones of other names, purging ones ---

inline constexpr Statement kFindHolderAt{
    "find_holder_at",
    "SELECT 1 FROM objects WHERE location_key = :location_key AND kind = 0 AND id <> :self"
    " UNION ALL SELECT 2 FROM jobs WHERE location_key = :location_key"
    " AND (state <> 4 OR lease_until_ms > :now)"
    " UNION ALL SELECT 3 FROM staged_tables WHERE location_key = :location_key"
    " AND expires_ms > :now"
    " AND NOT (warehouse_id = :warehouse AND path = :path AND name = :name)"};

inline constexpr Statement kFindHolderBelow{
    "find_holder_below",
    "SELECT 1 FROM objects WHERE location_key > :below AND location_key < :below_end"
    " AND kind = 0 AND id <> :self"
    " UNION ALL SELECT 2 FROM jobs WHERE location_key > :below AND location_key < :below_end"
    " AND (state <> 4 OR lease_until_ms > :now)"
    " UNION ALL SELECT 3 FROM staged_tables"
    " WHERE location_key > :below AND location_key < :below_end AND expires_ms > :now"
    " AND NOT (warehouse_id = :warehouse AND path = :path AND name = :name)"};

// --- Staged tables ---

inline constexpr Statement kInsertStagedTable{
    "insert_staged_table",
    "INSERT INTO staged_tables (warehouse_id, path, name, uuid, location, location_key, expires_ms)"
    " VALUES (:warehouse, :path, :name, :uuid, :location, :location_key, :expires)"};

inline constexpr Statement kDeleteStagedTable{"delete_staged_table",
                                              "DELETE FROM staged_tables WHERE uuid = :uuid"};

}  // namespace firn::store::sql
