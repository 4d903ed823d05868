"""One random table, told step by step, and the comparison of its readers."""

import json
import os
import random
import warnings

import duckdb
from pyiceberg.transforms import (
    BucketTransform,
    TruncateTransform,
    VoidTransform,
    YearTransform,
)
from random_filters import combined
from random_tables import Rows, evolve, partition_choices, random_kinds
from rows import as_rows

SEED = os.environ.get("FIRN_FUZZ_SEED", "20261129")
CASES = int(os.environ.get("FIRN_FUZZ_CASES", "0"))
STEPS = 5
FILTERS = 12
# What PyIceberg 0.12 raises where it cannot write: of types in partitions, above all.
CANNOT = (AttributeError, NotImplementedError, OverflowError, TypeError, ValueError)


class Case:
    """A random table and what has happened to it, until two readers are compared."""

    # Of format versions, one is picked; kinds of columns that are left out.
    versions = ("1", "2", "2")
    without: tuple[str, ...] = ()
    # (kind, transform) that no spec has.
    unpartitioned: tuple[tuple[str, str], ...] = ()
    properties: dict[str, str] = {}

    def __init__(self, number: int, pyiceberg, name: str, firn):
        self.rng = random.Random(f"{SEED} {number}")
        self.said = [f"FIRN_FUZZ_SEED={SEED} case {number}"]
        self.firn, self.name = firn, name
        self.rows = Rows(self.rng, random_kinds(self.rng, self.without))
        self.version = self.rng.choice(self.versions)
        properties = {"format-version": self.version, **self.properties}
        # A few large files: of many pages, some of which a filter needs.
        self.pages = self.rng.random() < 0.3
        if self.pages:
            properties["write.parquet.page-row-limit"] = str(self.rng.choice([40, 150, 400]))
        self.table = pyiceberg.create_table(name, self.rows.schema(), properties=properties)
        self.said.append(f"{properties}, {self.rows.columns}")
        self.pinned: set[str] = set()
        self.repartition()

    def repartition(self) -> None:
        choices = partition_choices(self.rng, self.rows, self.unpartitioned)
        if not choices:
            return
        with self.table.update_spec() as update:
            for field in self.table.spec().fields:
                update.remove_field(field.name)
            for i, (column, transform) in enumerate(choices):
                update.add_field(column, transform, f"p{len(self.said)}_{i}")
        self.pinned |= {column for column, _ in choices}
        for column, transform in choices:
            if isinstance(transform, TruncateTransform):
                self.rows.doubtful_columns.add(column)
        self.said.append(f"partitioned by {choices}")

    def few_partitions(self) -> bool:
        """Whether many rows make few files."""
        few = (BucketTransform, VoidTransform, YearTransform)
        return all(isinstance(field.transform, few) for field in self.table.spec().fields)

    def append(self, by_firn: bool) -> None:
        large = self.pages and self.few_partitions() and self.rng.random() < 0.5
        count = self.rng.randint(1000, 3000) if large else self.rng.randint(1, 25)
        batch = self.rows.batch(self.table.schema().as_arrow(), count)
        if not by_firn and not large:
            try:
                self.table.append(batch)
                self.said.append(f"PyIceberg appends {batch.num_rows}")
                return
            except CANNOT as error:
                self.said.append(f"PyIceberg cannot append: {error}")
                self.table.refresh()
        self.firn.append(self.name, batch)
        self.table.refresh()
        self.said.append(f"Firn appends {batch.num_rows}")

    def delete(self) -> None:
        low = self.rng.randint(0, self.rows.next_id)
        high = low + self.rng.randint(0, 6)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that nothing matched
                self.table.delete(f"id >= {low} and id < {high}")
        except CANNOT as error:
            self.said.append(f"PyIceberg cannot delete: {error}")
            self.table.refresh()
            return
        self.said.append(f"PyIceberg deletes {low} to {high}")

    def compact(self) -> None:
        self.firn("maintain", "compact", self.name, "--all", "--run")
        self.table.refresh()
        self.said.append("compacted")

    def step(self) -> None:
        chance = self.rng.random()
        if chance < 0.25:
            self.said.append(evolve(self.rng, self.table, self.rows, self.pinned, self.without))
        elif chance < 0.35:
            self.repartition()
        elif chance < 0.5:
            self.delete()
        elif chance < 0.55 and (not self.pages or self.few_partitions()):
            self.compact()
        self.append(by_firn=self.rng.random() < 0.5)

    def check(self, planned_by_server=None, client=None) -> None:
        """All rows, then filters: by Firn, DuckDB and PyIceberg; planned here and by the server."""
        rows = self.table.scan().to_arrow()
        assert as_rows(self.firn.scan(self.name)) == as_rows(rows), self.told()
        database = duckdb.connect()
        database.execute("SET TimeZone = 'UTC'")
        database.register("t", rows)
        columns = self.rows.filter_columns()
        compared = 0
        for _ in range(FILTERS):
            filter_ = combined(self.rng, columns)
            told = self.told(filter_.text, filter_.sql)
            flags = ("--columns", "id,_file", "--where", filter_.text)
            found = self.firn.scan(self.name, *flags).to_pydict()
            ours = sorted(found["id"])
            theirs = database.execute(f"SELECT id FROM t WHERE {filter_.sql}").fetchall()
            assert ours == sorted(row[0] for row in theirs), f"DuckDB: {told}"
            if filter_.pyiceberg is None:
                continue
            tables = [self.table]
            if client:
                planned = files_planned(client, self.name, filter_.pyiceberg)
                assert planned >= set(found["_file"]), f"planned by the server: {told}"
            if planned_by_server and self.rng.random() < 0.3:
                tables.append(planned_by_server.load_table(self.name))
            for table in tables:
                read = ids_read(table, filter_.pyiceberg)
                if read is not None:
                    compared += 1
                    assert ours == read, f"PyIceberg: {told}"
        self.said.append(f"{compared} of {FILTERS} compared with PyIceberg")

    def told(self, *more: str) -> str:
        return "\n".join([*self.said, str(self.table.schema()), str(self.table.spec()), *more])


def files_planned(client, name: str, row_filter) -> set[str]:
    """Data files that the server says hold matching rows; the filter as PyIceberg writes it."""
    namespace, table = name.split(".")
    request = {"filter": json.loads(row_filter.model_dump_json())}
    answer = client.post(f"namespaces/{namespace}/tables/{table}/plan", request, expect=200).json
    assert answer["plan-tasks"] == []
    return {task["data-file"]["file-path"] for task in answer["file-scan-tasks"]}


def ids_read(table, row_filter) -> list[int] | None:
    """Ids by PyIceberg, or None where it cannot say."""
    try:
        found = table.scan(row_filter=row_filter, selected_fields=("id",)).to_arrow()
    except Exception as error:  # its own bugs are of many kinds
        print(f"PyIceberg: {type(error).__name__}: {str(error)[:600]!r}")
        return None
    return sorted(found["id"].to_pylist())
