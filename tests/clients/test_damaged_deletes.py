"""Delete files of Java and Spark that are cut short, changed or lost: a deleted row never comes
back, and a row that is there never goes. One error names the file; whole again, all is as
before."""

import pytest
from damage import FAILED, MISSING, Reader, cuts, damaged, flipped, local
from java_table import JavaTable

KINDS = ["position deletes", "deletion vector", "equality deletes"]


@pytest.fixture(params=KINDS)
def table(request, spark, sql, spark_ns, firn_server, tmp_path):
    """A table with one delete file: its reader, the file, the rows that are left."""
    name = f"{spark_ns}.t"
    version = 3 if request.param == "deletion vector" else 2
    sql(
        f"CREATE TABLE {name} (id BIGINT) USING iceberg TBLPROPERTIES "
        f"('format-version' = '{version}', 'write.delete.mode' = 'merge-on-read')"
    )
    sql(f"INSERT INTO {name} SELECT /*+ COALESCE(1) */ id FROM range(1000)")
    if request.param == "equality deletes":
        gone = set(range(0, 90, 3))
        java = JavaTable(spark, name)
        java.commit(java.equality_deletes([{"id": i} for i in gone]))
    else:
        gone = {i for i in range(1000) if i % 3 == 0 or i > 900}
        sql(f"DELETE FROM {name} WHERE id % 3 = 0 OR id > 900")
    path = local(sql(f"SELECT file_path FROM {name}.delete_files")[0][0])
    folder = tmp_path / "out"
    folder.mkdir()
    reader = Reader(firn_server.uri, name.removeprefix("firn."), folder)
    return reader, path, sorted(set(range(1000)) - gone), request.param


def ids(reader: Reader) -> list[int]:
    done, rows = reader.scan()
    assert done.returncode == 0, done
    return sorted(rows["id"].to_pylist())


def test_bytes_that_are_lost(table):
    reader, path, left, kind = table
    for what, content in cuts(path.read_bytes()).items():
        with damaged(path, content):
            if kind == "deletion vector" and what == "all but a byte":
                # The vector is read where the manifest says that it is: what follows it does not
                # matter.
                assert ids(reader) == left
            else:
                reader.refused(path, MISSING if what == "lost" else FAILED)
    assert ids(reader) == left


def test_bytes_that_are_changed(table):
    """A deletion vector has a checksum; Parquet has its structure."""
    reader, path, left, kind = table
    whole = path.read_bytes()
    places = [4, 8, 20] if kind == "deletion vector" else [4, len(whole) - 8, len(whole) - 1]
    for at in places:
        with damaged(path, flipped(whole, at)):
            reader.refused(path)
    assert ids(reader) == left
