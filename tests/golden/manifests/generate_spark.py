"""Writes the manifests that Spark with Iceberg's Java library makes: see README.md.

usage: python generate_spark.py WAREHOUSE OUTPUT_FOLDER SPARK_RUNTIME_JAR
Needs pyspark 3.5.
"""

import pathlib
import shutil
import sys

from pyspark.sql import SparkSession

COLUMNS = "id BIGINT, at TIMESTAMP, kind STRING, price DECIMAL(9,2), score DOUBLE"


def insert(spark, table, first, count):
    spark.sql(f"""INSERT INTO {table}
        SELECT /*+ COALESCE(1) */ id, timestamp_micros(1700000000000000 + id * 3600000000),
        concat('k', id % 2), cast(id / 100 AS DECIMAL(9,2)), cast(id AS DOUBLE) / 3
        FROM range({first}, {first + count})""")


def write(spark, name, version, codec):
    table = f"golden.ns.{name}"
    spark.sql(f"""CREATE TABLE {table} ({COLUMNS}) USING iceberg
        PARTITIONED BY (days(at), truncate(4, price), kind) TBLPROPERTIES (
        'format-version' = '{version}', 'write.avro.compression-codec' = '{codec}',
        'write.distribution-mode' = 'none', 'write.spark.fanout.enabled' = 'true',
        'write.delete.mode' = '{"copy-on-write" if version == 1 else "merge-on-read"}')""")
    insert(spark, table, 0, 8)
    insert(spark, table, 100, 8)
    spark.sql(f"DELETE FROM {table} WHERE id IN (1, 101)")
    spark.sql(f"CALL golden.system.rewrite_manifests('ns.{name}')")
    insert(spark, table, 200, 2)
    return table


def copy(spark, table, folder):
    folder.mkdir(parents=True)
    [row] = spark.sql(
        f"SELECT manifest_list FROM {table}.snapshots ORDER BY committed_at DESC LIMIT 1"
    ).collect()
    shutil.copy(row.manifest_list.removeprefix("file:"), folder / "list.avro")
    for row in spark.sql(f"SELECT path FROM {table}.manifests").collect():
        path = row.path.removeprefix("file:")
        shutil.copy(path, folder / pathlib.Path(path).name)


def main():
    warehouse, output, jar = sys.argv[1:4]
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.jars", jar)
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config(
            "spark.sql.extensions",
            "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        )
        .config("spark.sql.catalog.golden", "org.apache.iceberg.spark.SparkCatalog")
        .config("spark.sql.catalog.golden.type", "hadoop")
        .config("spark.sql.catalog.golden.warehouse", f"file:{warehouse}")
        .getOrCreate()
    )
    for version, codec in [(1, "gzip"), (2, "snappy"), (3, "zstd")]:
        name = f"spark_v{version}"
        copy(spark, write(spark, name, version, codec), pathlib.Path(output) / name)
    # A table that was v2 for its first files.
    table = write(spark, "spark_v2_to_v3", 2, "uncompressed")
    spark.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ('format-version' = '3')")
    insert(spark, table, 300, 2)
    copy(spark, table, pathlib.Path(output) / "spark_v2_to_v3")


main()
