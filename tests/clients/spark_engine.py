"""A local Spark session whose catalog `firn` is the server under test.

Run as a program it gets the Iceberg runtime for the Spark that is installed, and prints its name.
"""

from harness.spark import iceberg_jar, iceberg_runtime, jars, missing

__all__ = ["iceberg_jar", "missing", "start", "start_with"]

EXTENSIONS = "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions"


def start(uri: str, folder: str):
    """A session whose catalog `firn` is the server at `uri`."""
    return start_with({"type": "rest", "uri": uri}, folder)


def start_with(
    catalog: dict[str, str], folder: str, more_jars: tuple[str, ...] = (), name: str = "firn"
):
    """A session whose catalog `name` has these properties, with more jars by their coordinates."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.sql.extensions": EXTENSIONS,
        f"spark.sql.catalog.{name}": "org.apache.iceberg.spark.SparkCatalog",
        **{f"spark.sql.catalog.{name}.{key}": value for key, value in catalog.items()},
        f"spark.sql.catalog.{name}.cache-enabled": "false",
        # From here on only what keeps a small session small.
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": folder,
        **jars(iceberg_runtime(), *more_jars),
    }
    builder = SparkSession.builder.master("local[2]").appName("firn-tests")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


if __name__ == "__main__":
    jars(iceberg_runtime())
    print(iceberg_runtime())
