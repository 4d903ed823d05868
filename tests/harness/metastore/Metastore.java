import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hive.metastore.HiveMetaStore;
import org.apache.hadoop.hive.metastore.conf.MetastoreConf;

/** Hive's metastore, with the tables of locks, which Hive 3 has a method for and Hive 4 has not. */
public class Metastore {
  public static void main(String[] arguments) throws Throwable {
    try {
      Class.forName("org.apache.hadoop.hive.metastore.txn.TxnDbUtil")
          .getMethod("prepDb", Configuration.class)
          .invoke(null, MetastoreConf.newMetastoreConf());
    } catch (ClassNotFoundException absent) {
      System.err.println("no locks");
    }
    HiveMetaStore.main(arguments);
  }
}
