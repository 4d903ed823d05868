"""Tables with equality deletes, as streaming writers leave them: written by Iceberg's Java library,
read by `firn scan` and Spark alike, before and after `firn maintain compact`.

What is left is said by each test itself, so that two readers cannot be wrong together.
"""

import json
import random

import pytest
from java_table import JavaTable

SEED = 20261129
HISTORIES = 8
STEPS = 12
SCHEMA = "id BIGINT, k STRING, n BIGINT"


def only_full(value: object):
    """A parameter of the long form."""
    return pytest.param(value, marks=pytest.mark.full)


@pytest.fixture
def make(spark, sql, spark_ns, firn):
    """Makes a table and what the tests do with it."""

    def create(layout: str = "", columns: str = SCHEMA, version: int = 2) -> "Deleted":
        name = f"{spark_ns}.t"
        sql(
            f"CREATE TABLE {name} ({columns}) USING iceberg {layout} "
            f"TBLPROPERTIES ('format-version' = '{version}')"
        )
        return Deleted(spark, sql, firn, name)

    return create


class Deleted:
    """A table, its Java side and its readers."""

    def __init__(self, spark, sql, firn, name: str):
        self.sql, self.firn, self.name = sql, firn, name
        self.java = JavaTable(spark, name)
        self.path = name.removeprefix("firn.")

    def alter(self, change: str) -> None:
        self.sql(f"ALTER TABLE {self.name} {change}")
        self.java.table.refresh()

    def insert(self, values: str) -> None:
        self.sql(f"INSERT INTO {self.name} {values}")
        self.java.table.refresh()

    def delete(self, keys: list[dict], **where) -> None:
        self.java.commit(self.java.equality_deletes(keys, **where))

    def ids(self, *flags: object) -> list[int]:
        return sorted(self.firn.scan(self.path, "--columns", "id", *flags)["id"].to_pylist())

    def check(self, left: list[int]) -> None:
        """Both readers find these ids, Firn through a filter too."""
        self.check_ours(left)
        assert sorted(row[0] for row in self.sql(f"SELECT id FROM {self.name}")) == sorted(left)

    def check_ours(self, left: list[int]) -> None:
        assert self.ids() == sorted(left)
        assert self.ids("--where", "id > 2") == [i for i in sorted(left) if i > 2]

    def check_through_compaction(self, left: list[int]) -> None:
        self.check(left)
        self.compact(left)

    def compact(self, left: list[int]) -> None:
        """No delete applies any more; both readers find the same rows, and the older snapshot's."""
        newest = self.java.table.currentSnapshot().snapshotId()
        self.firn("maintain", "compact", self.path, "--all", "--run")
        self.check(left)
        assert json.loads(self.firn("plan", self.path, "--json"))["merged-files"] == 0
        assert self.ids("--snapshot", newest) == sorted(left)


LAYOUTS = {
    "none": "",
    "identity": "PARTITIONED BY (k)",
    "bucket": "PARTITIONED BY (bucket(3, n))",
    "two": "PARTITIONED BY (k, truncate(2, n))",
}
NINE = "SELECT id, concat('k', id % 3), id % 4 FROM range(9)"


@pytest.mark.parametrize("layout", ["identity", only_full("none")])
def test_one_key_column(make, layout):
    table = make(LAYOUTS[layout])
    table.insert(NINE)
    # A file's partition is where it applies: all k1, and in that partition only.
    table.delete([{"k": "k1"}, {"k": "nobody"}])
    table.check_through_compaction([0, 2, 3, 5, 6, 8])


@pytest.mark.parametrize("layout", ["two", *map(only_full, ["none", "identity", "bucket"])])
def test_several_key_columns(make, layout):
    table = make(LAYOUTS[layout])
    table.insert(NINE)
    # (k1, 1) is row 1 alone; (k2, 1) is row 5; (k0, 1) is nobody.
    for key in ({"k": "k1", "n": 1}, {"k": "k2", "n": 1}, {"k": "k0", "n": 1}):
        table.delete([key])
    table.check_through_compaction([0, 2, 3, 4, 6, 7, 8])


@pytest.mark.full
def test_one_file_with_keys_for_many_rows(make):
    table = make()
    table.insert("SELECT id, 'k', id FROM range(3000)")
    table.delete([{"n": n} for n in range(1, 3000, 10)])
    table.check_through_compaction([i for i in range(3000) if i % 10 != 1])


@pytest.mark.parametrize("layout", ["none", only_full("identity")])
def test_null_is_a_key_too(make, layout):
    table = make(LAYOUTS[layout])
    table.insert("VALUES (1, 'a', 1), (2, 'a', null), (3, null, 1), (4, null, null), (5, 'b', 2)")
    table.delete([{"k": "a", "n": None}])
    table.delete([{"k": None, "n": None}])
    table.check([1, 3, 5])
    table.delete([{"k": None}])
    table.check_through_compaction([1, 5])


def test_rows_that_come_again_stay(make):
    """A delete reaches what is older than itself only."""
    table = make()
    for round_ in range(3):
        table.insert(f"VALUES ({round_}, 'a', 1), ({round_ + 10}, 'b', 1)")
        if round_ < 2:
            table.delete([{"k": "a"}])
    table.check_through_compaction([2, 10, 11, 12])
    table.delete([{"k": "b"}])
    table.insert("VALUES (20, 'b', 1)")
    table.check_through_compaction([2, 20])


def test_an_upsert_in_one_commit(make):
    """The rows that a commit adds are not touched by its own equality deletes."""
    table = make()
    table.insert("VALUES (1, 'a', 1), (2, 'b', 1)")
    java = table.java
    for turn in range(3):
        new = {"id": 10 + turn, "k": "a", "n": turn}
        java.commit(java.data([new]), java.equality_deletes([{"k": "a"}]))
    table.check_through_compaction([2, 12])


def test_deletes_that_meet_in_one_row(make):
    table = make()
    table.insert(NINE)
    table.delete([{"k": "k1"}])
    table.delete([{"n": 0}])
    table.delete([{"k": "k1", "n": 0}])
    table.delete([{"id": 4}, {"id": 4}])
    table.check_through_compaction([2, 3, 5, 6])


@pytest.mark.parametrize("layout", ["identity", only_full("none")])
def test_beside_position_deletes(make, layout):
    """The position deletes name rows that equality deletes hit, and others."""
    table = make(LAYOUTS[layout])
    table.insert("SELECT /*+ COALESCE(1) */ id, 'a', id FROM range(10)")
    file = table.sql(f"SELECT file_path FROM {table.name}.files")[0][0]
    row = {"id": 0, "k": "a", "n": 0}
    java = table.java
    java.commit(java.equality_deletes([{"k": "a", "n": 3}, {"k": "a", "n": 4}]))
    java.commit(java.position_deletes(file, [0, 4, 9], at=row))
    java.commit(java.data([{"id": 20, "k": "a", "n": 4}]), java.position_deletes(file, [7], at=row))
    table.check([1, 2, 5, 6, 8, 20])
    java.commit(java.equality_deletes([{"k": "a", "n": 4}, {"k": "a", "n": 7}]))
    table.check_through_compaction([1, 2, 5, 6, 8])


def test_beside_deletion_vectors(make):
    table = make(version=3)
    table.alter("SET TBLPROPERTIES ('write.delete.mode' = 'merge-on-read')")
    table.insert("SELECT /*+ COALESCE(1) */ id, 'a', id FROM range(20)")
    table.delete([{"n": n} for n in (3, 4, 5)])
    table.sql(f"DELETE FROM {table.name} WHERE id < 4 OR id = 19")
    table.java.table.refresh()
    table.delete([{"k": "a", "n": 10}])
    plan = json.loads(table.firn("plan", table.path, "--json"))
    assert plan["deletion-vectors"] == 1 and plan["equality-delete-files"] == 2
    table.check_through_compaction([i for i in range(6, 19) if i != 10])


def test_a_partition_of_its_own(make):
    """Keys that other partitions hold too: only the delete file's own is touched."""
    table = make(LAYOUTS["identity"])
    table.insert("VALUES (1, 'a', 7), (2, 'b', 7), (3, null, 7), (4, 'a', 8)")
    table.delete([{"n": 7}], at={"k": "b"})
    table.check([1, 3, 4])
    table.delete([{"n": 7}], at={"k": None})
    table.check_through_compaction([1, 4])


def test_global_deletes_of_a_partitioned_table(make):
    """A delete file of a spec without fields reaches all partitions of all specs."""
    table = make()
    table.insert("VALUES (1, 'a', 7), (2, 'b', 8)")
    table.alter("ADD PARTITION FIELD k")
    table.insert("VALUES (3, 'a', 7), (4, 'b', 7), (5, null, 7), (6, 'b', 8)")
    table.delete([{"n": 7}], spec=0)
    table.check([2, 6])
    table.insert("VALUES (7, 'a', 7)")
    table.delete([{"n": 8}], at={"k": "b"})  # of the new spec: not the row of the old one
    table.check([2, 7])
    table.delete([{"k": "a"}], spec=0)
    table.check_through_compaction([2])


def test_after_a_spec_lost_its_fields(make):
    table = make(LAYOUTS["identity"])
    table.insert("VALUES (1, 'a', 7), (2, 'b', 7)")
    table.alter("DROP PARTITION FIELD k")
    table.insert("VALUES (3, 'a', 7), (4, 'a', 8)")
    table.delete([{"k": "a", "n": 7}])
    table.check_through_compaction([2, 4])


def test_a_renamed_key_column(make):
    table = make()
    table.insert("VALUES (1, 'a', 1), (2, 'b', 1), (3, 'c', 1)")
    table.delete([{"k": "a"}])
    table.alter("RENAME COLUMN k TO label")
    table.alter("ADD COLUMN k STRING")
    table.check([2, 3])
    table.insert("VALUES (4, 'b', 1, 'a'), (5, 'd', 1, 'c')")
    table.delete([{"label": "b"}])
    table.check([3, 5])
    table.delete([{"k": "c"}])
    table.check_through_compaction([3])


def test_a_key_column_that_was_dropped(make):
    """What a column's deletes deleted stays deleted, whether or not the column is there still.
    Iceberg 1.12 in Java cannot read the table before it is compacted."""
    table = make()
    table.insert("VALUES (1, 'a', 1), (2, 'b', 1), (3, null, 2)")
    table.delete([{"k": "a"}])
    table.delete([{"k": None, "n": 2}])
    table.alter("DROP COLUMN k")
    table.insert("VALUES (4, 1)")
    table.check_ours([2, 4])
    table.compact([2, 4])


def test_a_nested_key_column_that_was_dropped(make):
    """With its siblings there still, then with its struct gone. Iceberg 1.12 in Java finds no row
    of a table with nested keys before it is compacted."""
    table = make(columns="id BIGINT, s STRUCT<a: INT, b: INT>")
    table.insert("VALUES (1, struct(1, 7)), (2, struct(2, 7)), (3, struct(3, 8)), (4, null)")
    table.delete([{"s.a": 2}])
    table.delete([{"s.a": 3, "s.b": 8}])
    table.check_ours([1, 4])
    table.alter("DROP COLUMN s.a")
    table.insert("VALUES (5, struct(8))")
    table.check_ours([1, 4, 5])
    table.alter("DROP COLUMN s")
    table.check_ours([1, 4, 5])
    table.compact([1, 4, 5])


def test_a_partition_of_a_column_of_a_wider_type(make):
    table = make("PARTITIONED BY (k)", columns="id BIGINT, k INT, n INT")
    table.insert("VALUES (1, 7, 1), (2, 7, 2), (3, 8, 1)")
    table.alter("ALTER COLUMN k TYPE BIGINT")
    table.delete([{"n": 1}], at={"k": 7})
    table.check([2, 3])
    table.insert("VALUES (4, 7, 2)")
    table.delete([{"n": 2}], at={"k": 7})
    table.check_through_compaction([3])


def test_a_key_column_of_a_wider_type(make):
    table = make(columns="id BIGINT, k INT, n FLOAT, p DECIMAL(5,2)")
    table.insert("VALUES (1, 7, 0.5, 1.25), (2, 8, 1.5, 2.25), (3, 9, 2.5, 3.25)")
    table.delete([{"k": 7}])
    for column, wider in (("k", "BIGINT"), ("n", "DOUBLE"), ("p", "DECIMAL(9,2)")):
        table.alter(f"ALTER COLUMN {column} TYPE {wider}")
    table.insert("VALUES (4, 7, 0.5, 1.25), (5, 8, 1.5, 2.25), (6, 6, 2.5, 9.25)")
    table.check([2, 3, 4, 5, 6])
    table.delete([{"k": 8, "n": 1.5}])
    table.check([3, 4, 6])
    table.delete([{"p": "3.25"}, {"p": "9.25"}])
    table.check_through_compaction([4])


def test_a_key_column_that_older_files_lack(make):
    """In files from before the column its value is null."""
    table = make(columns="id BIGINT")
    table.insert("VALUES (1), (2)")
    table.alter("ADD COLUMN k STRING")
    table.insert("VALUES (3, 'a'), (4, null)")
    table.delete([{"k": "a"}])
    table.check([1, 2, 4])
    table.delete([{"k": None}])
    table.insert("VALUES (5, null)")
    table.check_through_compaction([5])


# Columns: type, a value and another one in SQL, the first as a key.
EVERY_TYPE = {
    "flag": ("BOOLEAN", "true", "false", True),
    "small": ("INT", "-7", "7", -7),
    "big": ("BIGINT", "-7000000000", "-7000000001", -7000000000),
    "single": ("FLOAT", "float(1.5)", "float(-1.5)", 1.5),
    "real": ("DOUBLE", "double(-2.25)", "double(-2.5)", -2.25),
    "price": ("DECIMAL(9,2)", "-12.30", "-12.31", "-12.30"),
    "wide": ("DECIMAL(38,4)", "9" * 30 + ".0001", "9" * 30 + ".0002", "9" * 30 + ".0001"),
    "day": ("DATE", "date'1969-12-30'", "date'1969-12-31'", "1969-12-30"),
    "at": (
        "TIMESTAMP_NTZ",
        "timestamp_ntz'1969-12-31 23:59:59.5'",
        "timestamp_ntz'1969-12-31 23:59:59.500001'",
        "1969-12-31T23:59:59.500000",
    ),
    "seen": (
        "TIMESTAMP",
        "timestamp'2026-01-02 03:04:05Z'",
        "timestamp'2026-01-02 03:04:05+01:00'",
        "2026-01-02T03:04:05+00:00",
    ),
    "name": ("STRING", "'é日本'", "'é日'", "é日本"),
    "blob": ("BINARY", "X'00FF'", "X'00'", "00ff"),
}


def test_keys_of_every_type(make):
    """Row 2 i has one value in column i and nothing else, row 2 i + 1 another one; the last is all
    null."""
    table = make(columns=f"id BIGINT, {', '.join(f'{c} {t[0]}' for c, t in EVERY_TYPE.items())}")
    lines = []
    for i, column in enumerate(EVERY_TYPE):
        for which in (0, 1):
            values = [EVERY_TYPE[c][1 + which] if c == column else "null" for c in EVERY_TYPE]
            lines.append(f"({2 * i + which}, {', '.join(values)})")
    last = 2 * len(EVERY_TYPE)
    lines.append(f"({last}, {', '.join(['null'] * len(EVERY_TYPE))})")
    table.insert(f"VALUES {', '.join(lines)}")
    java = table.java
    java.commit(*(java.equality_deletes([{c: type_[3]}]) for c, type_ in EVERY_TYPE.items()))
    table.check([*range(1, last, 2), last])
    table.delete([dict.fromkeys(EVERY_TYPE)])
    table.check_through_compaction(list(range(1, last, 2)))


def test_keys_of_doubles_at_the_edge(make):
    """As Java's hash of a double has it: NaN is NaN, and zero is not minus zero."""
    table = make(columns="id BIGINT, x DOUBLE")
    table.insert(
        "VALUES (1, double('NaN')), (2, double('-0.0')), (3, double('0.0')), "
        "(4, double('Infinity')), (5, null)"
    )
    table.delete([{"x": float("nan")}])
    table.check([2, 3, 4, 5])
    table.delete([{"x": 0.0}])
    table.check([2, 4, 5])
    table.delete([{"x": float("inf")}, {"x": None}])
    table.check_through_compaction([2])


class Model:
    """The rows of a table by what the specification says of deletes and sequence numbers."""

    def __init__(self):
        self.rows: list[dict] = []

    def delete(self, keys: list[dict], partition: object = ()) -> None:
        """Rows equal to a key go; of the partition `(k,)`, if one is given, only."""
        columns = list(keys[0])
        gone = {tuple(key[c] for c in columns) for key in keys}
        self.rows = [
            row
            for row in self.rows
            if (partition and row["k"] != partition[0])
            or tuple(row[c] for c in columns) not in gone
        ]


class History:
    """Random appends, upserts, deletes of every kind and compactions, here and in the model."""

    def __init__(self, table: Deleted, rng: random.Random, partitioned: bool):
        self.table, self.rng, self.partitioned = table, rng, partitioned
        self.model = Model()
        self.next_id = 0

    def new_rows(self, count: int, kind: str | None) -> list[dict]:
        first = self.next_id
        self.next_id += count
        return [
            {"id": i, "k": kind, "n": self.rng.choice([None, 0, 1, 2, 3])}
            for i in range(first, first + count)
        ]

    def kind(self) -> str | None:
        return self.rng.choice([None, "a", "b", "c"])

    def keys(self, kind: str | None) -> list[dict]:
        """Keys of one file, whose columns the first names."""
        numbers = self.rng.sample([None, 0, 1, 2, 3], self.rng.randint(1, 3))
        shape = self.rng.randrange(3)
        if shape == 0:
            return [{"n": n} for n in numbers]
        if shape == 1:
            return [{"k": kind, "n": n} for n in numbers]
        ids = [self.rng.randrange(self.next_id + 1) for _ in numbers]
        return [{"id": i} for i in ids]

    def step(self) -> str:
        java, kind = self.table.java, self.kind()
        action = self.rng.choice(["append", "delete", "delete", "upsert", "global", "positions"])
        if action == "append" or not self.model.rows:
            rows = self.new_rows(self.rng.randint(1, 8), kind)
            java.commit(java.data(rows))
            self.model.rows += rows
            return f"append {rows}"
        keys = self.keys(kind)
        partition = (kind,) if self.partitioned else ()
        if action == "positions":
            return self.delete_positions()
        if action == "global":
            java.commit(java.equality_deletes(keys, spec=0))
            self.model.delete(keys)
            return f"global delete {keys}"
        deletes = java.equality_deletes(keys, at={"k": kind})
        self.model.delete(keys, partition)
        if action == "delete":
            java.commit(deletes)
            return f"delete {keys} in {kind}"
        rows = self.new_rows(self.rng.randint(1, 4), kind)
        java.commit(java.data(rows), deletes)
        self.model.rows += rows
        return f"upsert {keys} in {kind}, {rows}"

    def delete_positions(self) -> str:
        flags = ("--columns", "id,k,_file,_pos")
        rows = self.table.firn.scan(self.table.path, *flags).to_pylist()
        row = self.rng.choice(rows)
        java = self.table.java
        at = {"k": row["k"]}
        java.commit(java.position_deletes(row["_file"], [row["_pos"]], at=at))
        self.model.rows = [each for each in self.model.rows if each["id"] != row["id"]]
        return f"position of {row['id']}"


@pytest.mark.parametrize("layout", ["identity", only_full("none")])
@pytest.mark.parametrize("number", [0, *map(only_full, range(1, HISTORIES))])
def test_random_histories(make, number, layout):
    """Spec 0 is without fields, so that there are global deletes in a partitioned table too."""
    rng = random.Random(f"{SEED} {number} {layout}")
    table = make()
    if layout == "identity":
        table.alter("ADD PARTITION FIELD k")
    history = History(table, rng, layout == "identity")
    said = [history.step() for _ in range(STEPS)]
    for round_ in range(3):
        left = sorted(row["id"] for row in history.model.rows)
        assert table.ids() == left, said
        assert sorted(row[0] for row in table.sql(f"SELECT id FROM {table.name}")) == left, said
        if round_ < 2:
            flags = ["--all"] if round_ else []
            said.append(f"compact {flags}")
            table.firn("maintain", "compact", table.path, *flags, "--run")
            table.java.table.refresh()
            said += [history.step() for _ in range(4)]
