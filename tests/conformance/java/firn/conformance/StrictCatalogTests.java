package firn.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.rest.RESTCompatibilityKitCatalogTests;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The kit's table tests with every capability switched on that the kit leaves to the server: nested
 * namespaces, slashes and dots in names, empty namespaces, unique table locations.
 *
 * <p>Three inherited tests create the namespace without levels. The Java REST client never sends a
 * request for it, so those tests cannot succeed against any server; here they check what client and
 * server do answer.
 */
public class StrictCatalogTests extends RESTCompatibilityKitCatalogTests {
  private static final TableIdentifier ROOT_TABLE =
      TableIdentifier.of(Namespace.empty(), "table_1");

  @Override
  protected boolean requiresNamespaceCreate() {
    return true;
  }

  @Override
  protected boolean supportsNestedNamespaces() {
    return true;
  }

  @Override
  protected boolean supportsNamesWithSlashes() {
    return true;
  }

  @Override
  protected boolean supportsNamesWithDot() {
    return true;
  }

  @Override
  protected boolean supportsEmptyNamespace() {
    return true;
  }

  @Override
  protected boolean supportsServerSideRetry() {
    return true;
  }

  @BeforeEach
  void emptyCatalogBefore() {
    CatalogCleaner.empty(catalog());
  }

  @AfterEach
  void emptyCatalogAfter() {
    CatalogCleaner.empty(catalog());
  }

  @Test
  @Override
  public void createAndDropEmptyNamespace() {
    assertThat(catalog().namespaceExists(Namespace.empty())).isFalse();
    assertThatThrownBy(() -> catalog().createNamespace(Namespace.empty()))
        .isInstanceOf(BadRequestException.class);
    assertThat(catalog().namespaceExists(Namespace.empty())).isFalse();
    assertThat(catalog().listNamespaces()).isEmpty();
    assertThat(catalog().listNamespaces(Namespace.empty())).isEmpty();
  }

  @Test
  @Override
  public void namespacePropertiesOnEmptyNamespace() {
    assertThatThrownBy(
            () -> catalog().setProperties(Namespace.empty(), Map.of("owner", "user")))
        .isInstanceOf(NoSuchNamespaceException.class);
    assertThatThrownBy(() -> catalog().loadNamespaceMetadata(Namespace.empty()))
        .isInstanceOf(NoSuchNamespaceException.class);
  }

  @Test
  @Override
  public void listTablesInEmptyNamespace() {
    catalog().createNamespace(NS);
    catalog().buildTable(TableIdentifier.of(NS, "table_2"), SCHEMA).create();

    assertThatThrownBy(() -> catalog().buildTable(ROOT_TABLE, SCHEMA).create())
        .isInstanceOf(NoSuchTableException.class);
    assertThat(catalog().tableExists(ROOT_TABLE)).isFalse();
    assertThatThrownBy(() -> catalog().listTables(Namespace.empty()))
        .isInstanceOf(NoSuchNamespaceException.class);
  }

  /** The kit turns this off because its own server needs a property for it; Firn needs none. */
  @Test
  @Override
  public void createTableInUniqueLocation() {
    catalog().createNamespace(NS);
    catalog().buildTable(TABLE, SCHEMA).create();
    catalog().renameTable(TABLE, RENAMED_TABLE);
    catalog().buildTable(TABLE, SCHEMA).create();

    Table table = catalog().loadTable(TABLE);
    Table renamed = catalog().loadTable(RENAMED_TABLE);
    assertThat(table.location()).isNotEqualTo(renamed.location());
    assertThat(table.location()).doesNotStartWith(renamed.location() + "/");
  }

  @Test
  public void deeplyNestedTableWithAwkwardNames() {
    Namespace deep = Namespace.of("a.b", "c/d", "e f", "ü%1F+&?#");
    for (int depth = 1; depth <= deep.length(); depth++) {
      // A HashMap: the client asks the map for null keys, which Map.of refuses.
      catalog()
          .createNamespace(
              levels(deep, depth), new HashMap<>(Map.of("depth", String.valueOf(depth))));
    }

    TableIdentifier ident = TableIdentifier.of(deep, "t.a/b l+e%2F&?#ü");
    Table created = catalog().buildTable(ident, SCHEMA).create();
    assertThat(catalog().listTables(deep)).containsExactly(ident);
    assertThat(catalog().listNamespaces(levels(deep, 3))).containsExactly(deep);
    assertThat(catalog().loadNamespaceMetadata(deep)).containsEntry("depth", "4");

    Table loaded = catalog().loadTable(ident);
    assertThat(loaded.location()).isEqualTo(created.location());
    loaded.updateProperties().set("k", "v").commit();
    assertThat(catalog().loadTable(ident).properties()).containsEntry("k", "v");

    TableIdentifier moved = TableIdentifier.of(levels(deep, 1), "moved");
    catalog().renameTable(ident, moved);
    assertThat(catalog().tableExists(ident)).isFalse();
    assertThat(catalog().tableExists(moved)).isTrue();
  }

  private static Namespace levels(Namespace namespace, int depth) {
    String[] levels = new String[depth];
    System.arraycopy(namespace.levels(), 0, levels, 0, depth);
    return Namespace.of(levels);
  }
}
