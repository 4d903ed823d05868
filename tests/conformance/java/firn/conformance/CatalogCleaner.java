package firn.conformance;

import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.rest.RESTCatalog;

/** Drops every view, table and namespace of a catalog, deepest first. For test catalogs only. */
final class CatalogCleaner {
  private CatalogCleaner() {}

  static void empty(RESTCatalog catalog) {
    catalog.listNamespaces().forEach(namespace -> drop(catalog, namespace));
  }

  private static void drop(RESTCatalog catalog, Namespace namespace) {
    catalog.listNamespaces(namespace).forEach(child -> drop(catalog, child));
    catalog.listViews(namespace).forEach(catalog::dropView);
    catalog.listTables(namespace).forEach(table -> catalog.dropTable(table, false));
    catalog.dropNamespace(namespace);
  }
}
