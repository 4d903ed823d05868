import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hive.metastore.HiveMetaStore;
import org.apache.hadoop.hive.metastore.conf.MetastoreConf;

/** Hive's metastore, with the tables of locks: Hive 3 has a method for them, Hive 4 has not. */
public class Metastore {
  private static final String[] TABLES = {
    "CREATE TABLE NEXT_LOCK_ID (NL_NEXT BIGINT NOT NULL)",
    "INSERT INTO NEXT_LOCK_ID VALUES (1)",
    "CREATE TABLE AUX_TABLE (MT_KEY1 VARCHAR(128) NOT NULL, MT_KEY2 BIGINT NOT NULL,"
        + " MT_COMMENT VARCHAR(255), PRIMARY KEY (MT_KEY1, MT_KEY2))",
    "CREATE TABLE HIVE_LOCKS (HL_LOCK_EXT_ID BIGINT NOT NULL, HL_LOCK_INT_ID BIGINT NOT NULL,"
        + " HL_TXNID BIGINT NOT NULL, HL_DB VARCHAR(128) NOT NULL, HL_TABLE VARCHAR(256),"
        + " HL_PARTITION VARCHAR(767), HL_LOCK_STATE CHAR(1) NOT NULL,"
        + " HL_LOCK_TYPE CHAR(1) NOT NULL, HL_LAST_HEARTBEAT BIGINT NOT NULL,"
        + " HL_ACQUIRED_AT BIGINT, HL_USER VARCHAR(128) NOT NULL, HL_HOST VARCHAR(128) NOT NULL,"
        + " HL_HEARTBEAT_COUNT INTEGER, HL_AGENT_INFO VARCHAR(128), HL_BLOCKEDBY_EXT_ID BIGINT,"
        + " HL_BLOCKEDBY_INT_ID BIGINT, HL_ERROR_MESSAGE VARCHAR(2000),"
        + " PRIMARY KEY (HL_LOCK_EXT_ID, HL_LOCK_INT_ID))",
  };

  public static void main(String[] arguments) throws Throwable {
    Configuration configuration = MetastoreConf.newMetastoreConf();
    try {
      Class.forName("org.apache.hadoop.hive.metastore.txn.TxnDbUtil")
          .getMethod("prepDb", Configuration.class)
          .invoke(null, configuration);
    } catch (ClassNotFoundException absent) {
      String url = MetastoreConf.getVar(configuration, MetastoreConf.ConfVars.CONNECT_URL_KEY);
      try (Connection database = DriverManager.getConnection(url, "APP", "mine");
          Statement statement = database.createStatement()) {
        for (String table : TABLES) {
          statement.execute(table);
        }
      }
    }
    HiveMetaStore.main(arguments);
  }
}
