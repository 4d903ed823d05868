package firn.conformance;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.rest.RESTCatalogAdapter;
import org.apache.iceberg.rest.RESTCatalogServlet;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Iceberg's own REST fixture (a SQLite JDBC catalog behind HTTP), on the loopback address only.
 *
 * <p>The suites are compared with it; nothing of Firn runs here. Usage: {@code ReferenceServer PORT
 * FOLDER}. Encoded slashes and unit separators in paths are let through to the catalog, which a
 * stock servlet container would refuse.
 */
public final class ReferenceServer {
  private ReferenceServer() {}

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    Path folder = Path.of(args[1]).toAbsolutePath();
    Files.createDirectories(folder);

    Server server = new Server();
    server.addConnector(connector(server, port));
    server.setHandler(handler(catalog(folder)));
    server.start();
    System.out.println("reference server on " + server.getURI());
    server.join();
  }

  private static Catalog catalog(Path folder) {
    Map<String, String> properties =
        Map.of(
            "catalog-impl", "org.apache.iceberg.jdbc.JdbcCatalog",
            "uri", "jdbc:sqlite:" + folder.resolve("catalog.db"),
            "jdbc.schema-version", "V1",
            "clients", "1",
            "warehouse", folder.resolve("warehouse").toUri().toString());
    return CatalogUtil.buildIcebergCatalog("reference", properties, new Configuration());
  }

  private static ServerConnector connector(Server server, int port) {
    HttpConfiguration http = new HttpConfiguration();
    http.setUriCompliance(UriCompliance.UNSAFE);
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", port);
    connector.setHost(address.getHostString());
    connector.setPort(address.getPort());
    return connector;
  }

  private static ServletContextHandler handler(Catalog catalog) {
    ServletContextHandler context = new ServletContextHandler(ServletContextHandler.NO_SESSIONS);
    context.addServlet(
        new ServletHolder(new RESTCatalogServlet(new RESTCatalogAdapter(catalog))), "/*");
    context.getServletHandler().setDecodeAmbiguousURIs(true);
    return context;
  }
}
