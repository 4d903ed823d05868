// The two tables of an SQL catalog and the statements on them, as SQLite reads them: parameters are
// `?N`, texts are compared by bytes with `COLLATE BINARY`. ForPostgres spells both as PostgreSQL
// does. Statements on iceberg_tables end with the filter by type of row, where the layout
// has one.
//
// Thread-safety: constants.
#pragma once

#include <string>
#include <string_view>

namespace firn::catalog::sql {

/// The property that a namespace without others has; never shown.
inline constexpr std::string_view kExistsProperty = "exists";

namespace text {

inline constexpr std::string_view kCreateTables =
    "CREATE TABLE iceberg_tables ("
    "catalog_name VARCHAR(255) NOT NULL, "
    "table_namespace VARCHAR(255) NOT NULL, "
    "table_name VARCHAR(255) NOT NULL, "
    "metadata_location VARCHAR(1000), "
    "previous_metadata_location VARCHAR(1000), "
    "iceberg_type VARCHAR(5), "
    "PRIMARY KEY (catalog_name, table_namespace, table_name))";
inline constexpr std::string_view kCreateProperties =
    "CREATE TABLE iceberg_namespace_properties ("
    "catalog_name VARCHAR(255) NOT NULL, "
    "namespace VARCHAR(255) NOT NULL, "
    "property_key VARCHAR(255) NOT NULL, "
    "property_value VARCHAR(1000), "
    "PRIMARY KEY (catalog_name, namespace, property_key))";

// One row of four columns, empty for no: iceberg_tables is there; iceberg_namespace_properties is;
// another table is; iceberg_tables has a type of row.
inline constexpr std::string_view kSqliteLayout =
    "SELECT "
    "(SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'iceberg_tables'), "
    "(SELECT 1 FROM sqlite_master WHERE type = 'table' AND "
    "name = 'iceberg_namespace_properties'), "
    "(SELECT 1 FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND "
    "name NOT IN ('iceberg_tables', 'iceberg_namespace_properties') LIMIT 1), "
    "(SELECT 1 FROM pragma_table_info('iceberg_tables') WHERE name = 'iceberg_type')";
/// Of the schemas in the search path.
inline constexpr std::string_view kPostgresLayout =
    "SELECT to_regclass('iceberg_tables'), to_regclass('iceberg_namespace_properties'), "
    "(SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND pg_table_is_visible(c.oid) AND "
    "n.nspname NOT IN ('pg_catalog', 'information_schema') AND "
    "c.relname NOT IN ('iceberg_tables', 'iceberg_namespace_properties') AND NOT EXISTS "
    "(SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') LIMIT 1), "
    "(SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('iceberg_tables') AND "
    "attname = 'iceberg_type' AND NOT attisdropped)";
/// Waits for every change by others and keeps them out; reading goes on.
inline constexpr std::string_view kPostgresLock =
    "LOCK TABLE iceberg_tables, iceberg_namespace_properties IN SHARE ROW EXCLUSIVE MODE";
inline constexpr std::string_view kPostgresBeginRead =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// A conditional update looks again at a row that it had to wait for.
inline constexpr std::string_view kPostgresBeginChange =
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
inline constexpr std::string_view kPostgresCommit = "COMMIT";
inline constexpr std::string_view kPostgresRollback = "ROLLBACK";
/// Of this transaction; each with milliseconds after it.
inline constexpr std::string_view kPostgresStatementTimeout = "SET LOCAL statement_timeout = ";
/// How long the locks of a client live that is gone without a word.
inline constexpr std::string_view kPostgresIdleTimeout =
    "SET LOCAL idle_in_transaction_session_timeout = ";

inline constexpr std::string_view kCatalogNames =
    "SELECT catalog_name FROM iceberg_tables UNION "
    "SELECT catalog_name FROM iceberg_namespace_properties";

/// Of rows, where the layout has one.
inline constexpr std::string_view kTypeTable = "TABLE";
inline constexpr std::string_view kTypeView = "VIEW";
/// Appended to statements on iceberg_tables.
inline constexpr std::string_view kOnlyTables =
    " AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)";
inline constexpr std::string_view kOnlyViews = " AND iceberg_type = 'VIEW'";

// ?1 catalog, ?2 namespace, ?3 and ?4 the range of what lies below it.
inline constexpr std::string_view kNamespaceExists =
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM iceberg_tables WHERE catalog_name = ?1 AND "
    "(table_namespace = ?2 OR (table_namespace COLLATE BINARY >= ?3 AND "
    "table_namespace COLLATE BINARY < ?4))) OR "
    "EXISTS (SELECT 1 FROM iceberg_namespace_properties WHERE catalog_name = ?1 AND "
    "(namespace = ?2 OR (namespace COLLATE BINARY >= ?3 AND namespace COLLATE BINARY < ?4)))";
/// Tables and views in it, and namespaces below it.
inline constexpr std::string_view kNamespaceInUse =
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM iceberg_tables WHERE catalog_name = ?1 AND "
    "(table_namespace = ?2 OR (table_namespace COLLATE BINARY >= ?3 AND "
    "table_namespace COLLATE BINARY < ?4))) OR "
    "EXISTS (SELECT 1 FROM iceberg_namespace_properties WHERE catalog_name = ?1 AND "
    "namespace COLLATE BINARY >= ?3 AND namespace COLLATE BINARY < ?4)";
// ?1 catalog, ?2 and ?3 a range.
inline constexpr std::string_view kNamespacesInRange =
    "SELECT table_namespace FROM iceberg_tables WHERE catalog_name = ?1 AND "
    "table_namespace COLLATE BINARY >= ?2 AND table_namespace COLLATE BINARY < ?3 UNION "
    "SELECT namespace FROM iceberg_namespace_properties WHERE catalog_name = ?1 AND "
    "namespace COLLATE BINARY >= ?2 AND namespace COLLATE BINARY < ?3";
// ?1 catalog.
inline constexpr std::string_view kAllNamespaces =
    "SELECT table_namespace FROM iceberg_tables WHERE catalog_name = ?1 UNION "
    "SELECT namespace FROM iceberg_namespace_properties WHERE catalog_name = ?1";
// ?1 catalog, ?2 namespace.
inline constexpr std::string_view kNamespaceProperties =
    "SELECT property_key, property_value FROM iceberg_namespace_properties "
    "WHERE catalog_name = ?1 AND namespace = ?2";
inline constexpr std::string_view kDeleteNamespace =
    "DELETE FROM iceberg_namespace_properties WHERE catalog_name = ?1 AND namespace = ?2";
// ?1 catalog, ?2 namespace, ?3 name, ?4 value.
inline constexpr std::string_view kSetProperty =
    "INSERT INTO iceberg_namespace_properties "
    "(catalog_name, namespace, property_key, property_value) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (catalog_name, namespace, property_key) DO UPDATE SET property_value = ?4";
inline constexpr std::string_view kDeleteProperty =
    "DELETE FROM iceberg_namespace_properties "
    "WHERE catalog_name = ?1 AND namespace = ?2 AND property_key = ?3";

// ?1 catalog, ?2 namespace.
inline constexpr std::string_view kTableNames =
    "SELECT table_name FROM iceberg_tables WHERE catalog_name = ?1 AND table_namespace = ?2";
// ?1 catalog, ?2 namespace, ?3 name.
inline constexpr std::string_view kFindTable =
    "SELECT metadata_location, previous_metadata_location FROM iceberg_tables "
    "WHERE catalog_name = ?1 AND table_namespace = ?2 AND table_name = ?3";
inline constexpr std::string_view kDeleteTable =
    "DELETE FROM iceberg_tables "
    "WHERE catalog_name = ?1 AND table_namespace = ?2 AND table_name = ?3";
// ... ?4 metadata location.
inline constexpr std::string_view kInsertTable =
    "INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, "
    "previous_metadata_location) VALUES (?1, ?2, ?3, ?4, NULL)";
// ... ?5 the type.
inline constexpr std::string_view kInsertTypedTable =
    "INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, "
    "previous_metadata_location, iceberg_type) VALUES (?1, ?2, ?3, ?4, NULL, ?5)";
// ... ?4 the pointer as it is expected, ?5 the new one.
inline constexpr std::string_view kSwapTable =
    "UPDATE iceberg_tables SET metadata_location = ?5, previous_metadata_location = ?4 "
    "WHERE catalog_name = ?1 AND table_namespace = ?2 AND table_name = ?3 AND "
    "metadata_location = ?4";
inline constexpr std::string_view kDeleteTableAt =
    "DELETE FROM iceberg_tables WHERE catalog_name = ?1 AND table_namespace = ?2 AND "
    "table_name = ?3 AND metadata_location = ?4";
// ... ?4 the new namespace, ?5 the new name.
inline constexpr std::string_view kRenameTable =
    "UPDATE iceberg_tables SET table_namespace = ?4, table_name = ?5 "
    "WHERE catalog_name = ?1 AND table_namespace = ?2 AND table_name = ?3";
/// Of tables and views, of all catalogs.
inline constexpr std::string_view kOtherTables =
    "SELECT metadata_location FROM iceberg_tables WHERE metadata_location IS NOT NULL AND "
    "NOT (catalog_name = ?1 AND table_namespace = ?2 AND table_name = ?3)";

}  // namespace text

/// `sql` with `$N` and `COLLATE "C"`.
std::string ForPostgres(std::string_view sql);

}  // namespace firn::catalog::sql
