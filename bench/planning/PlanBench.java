// Plans a scan with Iceberg's Java library, in the same rounds as plan_bench:
// java PlanBench.java METADATA FILTER ROUNDS. FILTER: none, day, one, ids (see run.py).
// Prints the files, the seconds of each round, the first of a fresh JVM among them, and the peak.

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.hadoop.HadoopFileIO;
import org.apache.iceberg.io.CloseableIterable;

class PlanBench {
  static Expression filter(String name) {
    switch (name) {
      case "day":
        return Expressions.equal("day", "2024-01-11");
      case "one":
        return Expressions.and(filter("day"), filter("ids"));
      case "ids":
        return Expressions.equal("id", 500500L);
      default:
        return Expressions.alwaysTrue();
    }
  }

  public static void main(String[] arguments) throws Exception {
    HadoopFileIO files = new HadoopFileIO(new Configuration());
    BaseTable table = new BaseTable(new StaticTableOperations(arguments[0], files), "t");
    table.currentSnapshot();
    List<String> seconds = new ArrayList<>();
    long found = 0;
    for (int round = 0; round < Integer.parseInt(arguments[2]); round++) {
      long begin = System.nanoTime();
      found = 0;
      TableScan scan = table.newScan().filter(filter(arguments[1]));
      try (CloseableIterable<FileScanTask> tasks = scan.planFiles()) {
        for (FileScanTask task : tasks) {
          found++;
        }
      }
      seconds.add(String.valueOf((System.nanoTime() - begin) / 1e9));
    }
    System.out.println("{\"files\": " + found + ", \"seconds\": [" + String.join(", ", seconds)
        + "], \"peak_mib\": " + peakMib() + "}");
  }

  /** Of this process, as Linux counts it. */
  private static double peakMib() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
      }
    }
    throw new IOException("no VmHWM in /proc/self/status");
  }
}
