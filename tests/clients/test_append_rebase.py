"""Appends that others came before: moved by the server where the table wants it."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.request import urlopen

import pyarrow as pa
import pytest
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField, StringType

SCHEMA = Schema(
    NestedField(1, "id", LongType(), required=False),
    NestedField(2, "kind", StringType(), required=False),
)
# So that a client does not hide a conflict by trying again itself.
NO_RETRIES = {"commit.retry.num-retries": "0"}
REBASE = {"firn.rebase-appends": "true", **NO_RETRIES}
THREADS = 4
INSERTS = 5
# Each with THREADS * INSERTS appends at once: that none of them races would be odd in one.
MAX_ROUNDS = 10


def rows(*ids: int) -> pa.Table:
    values = {"id": list(ids), "kind": [f"k{i % 2}" for i in ids]}
    return pa.table(values, schema=SCHEMA.as_arrow())


def ids_of(table) -> list[int]:
    return sorted(table.refresh().scan().to_arrow()["id"].to_pylist())


def made(pyiceberg, ns, properties):
    """A table with a row, as two clients hold it."""
    name = f"{ns}.t"
    pyiceberg.create_table(name, SCHEMA, properties=properties).append(rows(0))
    return pyiceberg.load_table(name), pyiceberg.load_table(name)


@pytest.fixture
def rebased(firn_server):
    """How many appends the server has moved since the test began."""

    def total() -> int:
        with urlopen(f"{firn_server.uri}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        return int(re.search(r"^firn_commits_rebased_total (\d+)$", text, re.MULTILINE).group(1))

    before = total()
    return lambda: total() - before


def test_without_the_property_a_stale_append_is_refused(pyiceberg, ns, rebased):
    first, stale = made(pyiceberg, ns, NO_RETRIES)
    first.append(rows(1))
    with pytest.raises(CommitFailedException):
        stale.append(rows(2))
    assert ids_of(stale) == [0, 1]
    assert rebased() == 0


def test_an_append_moves_over_an_append(pyiceberg, ns, rebased):
    first, stale = made(pyiceberg, ns, REBASE)
    first.append(rows(1))
    stale.append(rows(2))
    stale.append(rows(3))  # the client goes on from what it was answered
    assert ids_of(first) == [0, 1, 2, 3]
    snapshots = first.snapshots()
    assert [s.parent_snapshot_id for s in snapshots[1:]] == [s.snapshot_id for s in snapshots[:-1]]
    assert first.current_snapshot().summary["total-records"] == "4"
    assert rebased() == 1


def test_what_the_property_gives_up(pyiceberg, ns):
    """An upsert that matched nothing is an append to the catalog: docs/operations.md warns."""
    first, stale = made(pyiceberg, ns, REBASE)
    first.upsert(rows(7), join_cols=["id"])
    stale.upsert(rows(7), join_cols=["id"])
    assert ids_of(first) == [0, 7, 7]


def test_an_append_moves_over_a_delete(pyiceberg, ns, rebased):
    first, stale = made(pyiceberg, ns, REBASE)
    first.append(rows(1, 2, 3))
    stale.refresh()
    first.delete("kind = 'k1'")
    stale.append(rows(4, 5))
    assert ids_of(first) == [0, 2, 4, 5]
    assert rebased() == 1


@pytest.mark.parametrize("version", [2, 3])
def test_spark_appends_at_once(sql, spark_ns, version, rebased):
    name = f"{spark_ns}.t"
    properties = {"format-version": version, "write.delete.mode": "merge-on-read", **REBASE}
    listed = ", ".join(f"'{key}' = '{value}'" for key, value in properties.items())
    sql(f"CREATE TABLE {name} (id BIGINT, kind STRING) USING iceberg TBLPROPERTIES ({listed})")
    sql(f"INSERT INTO {name} VALUES (-1, 'k'), (-2, 'k')")
    delete = f"DELETE FROM {name} WHERE id < 0"
    compact = compaction(name)

    def insert(begin: int) -> None:
        for i in range(INSERTS):
            sql(f"INSERT INTO {name} VALUES ({begin + i}, 'k')")

    def change(statement: str) -> None:
        with suppress(Exception):  # it may lose: only appends move
            sql(statement)

    count = 0
    with ThreadPoolExecutor(THREADS + 1) as pool:
        for _ in range(MAX_ROUNDS):
            for statement in (delete, compact, compact):
                pool.submit(change, statement)
            list(pool.map(insert, range(count, count + THREADS * INSERTS, INSERTS)))
            count += THREADS * INSERTS
            if rebased() > 0:
                break
    assert rebased() > 0
    sql(delete)
    sql(compact)
    assert [row[0] for row in sql(f"SELECT id FROM {name} ORDER BY id")] == list(range(count))
    if version == 3:
        assert len(set(sql(f"SELECT _row_id FROM {name}"))) == count


def compaction(name: str) -> str:
    table = name.removeprefix("firn.")
    options = "options => map('rewrite-all', 'true')"
    return f"CALL firn.system.rewrite_data_files(table => '{table}', {options})"


def test_a_stale_append_moves_over_what_spark_did(pyiceberg, sql, spark_ns, rebased):
    """A merge-on-read delete, and a compaction that folds it in. PyIceberg writes no version 3."""
    name = f"{spark_ns}.t"
    sql(
        f"CREATE TABLE {name} (id BIGINT, kind STRING) USING iceberg TBLPROPERTIES "
        "('format-version' = '2', 'write.delete.mode' = 'merge-on-read', "
        "'firn.rebase-appends' = 'true', 'commit.retry.num-retries' = '0')"
    )
    sql(f"INSERT INTO {name} SELECT id, concat('k', id % 2) FROM range(10)")
    sql(f"INSERT INTO {name} SELECT id, concat('k', id % 2) FROM range(10, 20)")
    table = name.removeprefix("firn.")
    over_delete = pyiceberg.load_table(table)
    sql(f"DELETE FROM {name} WHERE id % 5 = 0")
    over_delete.append(rows(100))
    over_compaction = pyiceberg.load_table(table)
    sql(compaction(name))
    over_compaction.append(rows(105))
    assert rebased() == 2
    expected = [i for i in range(20) if i % 5] + [100, 105]
    assert [row[0] for row in sql(f"SELECT id FROM {name} ORDER BY id")] == expected
