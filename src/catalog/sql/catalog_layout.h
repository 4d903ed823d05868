// The two tables of an SQL catalog and the statements on them. Parameters are numbered; those of
// iceberg_tables end with the filter that leaves views out, where the layout has a type of row.
//
// Thread-safety: constants.
#pragma once

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

/// Names of all tables in the file.
inline constexpr std::string_view kAllTables =
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
inline constexpr std::string_view kTypeColumn =
    "SELECT 1 FROM pragma_table_info('iceberg_tables') WHERE name = 'iceberg_type'";
inline constexpr std::string_view kCatalogNames =
    "SELECT catalog_name FROM iceberg_tables UNION "
    "SELECT catalog_name FROM iceberg_namespace_properties";

/// Appended to statements on iceberg_tables.
inline constexpr std::string_view kOnlyTables =
    " AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)";

// ?1 catalog, ?2 namespace, ?3 and ?4 the range of what lies below it.
inline constexpr std::string_view kNamespaceExists =
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM iceberg_tables WHERE catalog_name = ?1 AND "
    "(table_namespace = ?2 OR (table_namespace >= ?3 AND table_namespace < ?4))) OR "
    "EXISTS (SELECT 1 FROM iceberg_namespace_properties WHERE catalog_name = ?1 AND "
    "(namespace = ?2 OR (namespace >= ?3 AND namespace < ?4)))";
/// Tables and views in it, and namespaces below it.
inline constexpr std::string_view kNamespaceInUse =
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM iceberg_tables WHERE catalog_name = ?1 AND "
    "(table_namespace = ?2 OR (table_namespace >= ?3 AND table_namespace < ?4))) OR "
    "EXISTS (SELECT 1 FROM iceberg_namespace_properties WHERE catalog_name = ?1 AND "
    "namespace >= ?3 AND namespace < ?4)";
// ?1 catalog, ?2 and ?3 a range.
inline constexpr std::string_view kNamespacesInRange =
    "SELECT table_namespace FROM iceberg_tables WHERE catalog_name = ?1 AND "
    "table_namespace >= ?2 AND table_namespace < ?3 UNION "
    "SELECT namespace FROM iceberg_namespace_properties WHERE catalog_name = ?1 AND "
    "namespace >= ?2 AND namespace < ?3";
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
inline constexpr std::string_view kInsertTypedTable =
    "INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, "
    "previous_metadata_location, iceberg_type) VALUES (?1, ?2, ?3, ?4, NULL, 'TABLE')";
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
}  // namespace firn::catalog::sql
