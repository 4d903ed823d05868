package firn.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.rest.RESTCompatibilityKitViewCatalogTests;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The kit's view tests from an empty catalog each, with server-side retry expected.
 *
 * <p>As with tables, the Java client sends no request for views in the namespace without levels.
 */
public class StrictViewCatalogTests extends RESTCompatibilityKitViewCatalogTests {
  @Override
  protected boolean requiresNamespaceCreate() {
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
  public void listViewsInEmptyNamespace() {
    TableIdentifier rootView = TableIdentifier.of(Namespace.empty(), "view1");
    assertThat(catalog().viewExists(rootView)).isFalse();
    assertThatThrownBy(() -> catalog().listViews(Namespace.empty()))
        .isInstanceOf(NoSuchNamespaceException.class);
  }
}
