"""Random tables and random filters: `firn scan --where` against PyIceberg and DuckDB.

DuckDB filters the rows of PyIceberg's unfiltered scan: so what is left out wrongly, by pruning or
by the filter, is seen whoever else does it too. `FIRN_FUZZ_SEED` takes another seed,
`FIRN_FUZZ_CASES` so many tables: a failure names both, and the case can be run alone.
"""

import os
import random
import warnings

import duckdb
import pytest
from pyiceberg.catalog import load_catalog
from random_filters import combined
from random_tables import Rows, evolve, partition_choices, random_kinds
from rows import as_rows

SEED = os.environ.get("FIRN_FUZZ_SEED", "20261129")
CASES = int(os.environ.get("FIRN_FUZZ_CASES", "0"))
FAST_CASES, FULL_CASES = 8, 80
STEPS = 5
FILTERS = 12


def cases() -> list:
    if CASES:
        return list(range(CASES))
    longer = [pytest.param(n, marks=pytest.mark.full) for n in range(FAST_CASES, FULL_CASES)]
    return [*range(FAST_CASES), *longer]


@pytest.fixture(scope="module")
def planned_by_server(firn_server):
    return load_catalog(
        "planned", type="rest", uri=firn_server.uri, **{"scan-planning-mode": "server"}
    )


class Case:
    """A random table with what has happened to it."""

    def __init__(self, number: int, pyiceberg, name: str, firn, without: tuple[str, ...] = ()):
        self.rng = random.Random(f"{SEED} {number}")
        self.said = [f"FIRN_FUZZ_SEED={SEED} case {number}"]
        self.firn, self.name, self.without = firn, name, without
        self.rows = Rows(self.rng, random_kinds(self.rng, without))
        version = self.rng.choice(["1", "2", "2"])
        self.table = pyiceberg.create_table(
            name, self.rows.schema(), properties={"format-version": version}
        )
        self.said.append(f"version {version}, {self.rows.columns}")
        self.pinned: set[str] = set()
        self.repartition()

    def repartition(self) -> None:
        choices = partition_choices(self.rng, self.rows)
        if not choices:
            return
        with self.table.update_spec() as update:
            for field in self.table.spec().fields:
                update.remove_field(field.name)
            for i, (column, transform) in enumerate(choices):
                update.add_field(column, transform, f"p{len(self.said)}_{i}")
        self.pinned |= {column for column, _ in choices}
        self.said.append(f"partitioned by {choices}")

    def append(self, by_firn: bool) -> None:
        batch = self.rows.batch(self.table.schema().as_arrow(), self.rng.randint(1, 25))
        if not by_firn:
            try:
                self.table.append(batch)
                self.said.append(f"PyIceberg appends {batch.num_rows}")
                return
            except (NotImplementedError, ValueError, TypeError, OverflowError) as error:
                self.said.append(f"PyIceberg cannot append: {error}")
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
        except (NotImplementedError, ValueError, TypeError, OverflowError) as error:
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
            self.said.append(evolve(self.rng, self.table, self.rows, self.pinned))
        elif chance < 0.35:
            self.repartition()
        elif chance < 0.5:
            self.delete()
        elif chance < 0.55:
            self.compact()
        self.append(by_firn=self.rng.random() < 0.5)

    def check(self, planned_by_server) -> None:
        rows = self.table.scan().to_arrow()
        assert as_rows(self.firn.scan(self.name)) == as_rows(rows), self.told()
        database = duckdb.connect()
        database.execute("SET TimeZone = 'UTC'")
        database.register("t", rows)
        columns = self.rows.filter_columns()
        compared = 0
        for _ in range(FILTERS):
            filter_ = combined(self.rng, columns)
            told = [*self.told(), filter_.text, filter_.sql]
            ours = sorted(
                self.firn.scan(self.name, "--columns", "id", "--where", filter_.text)[
                    "id"
                ].to_pylist()
            )
            found = database.execute(f"SELECT id FROM t WHERE {filter_.sql}").fetchall()
            assert ours == sorted(row[0] for row in found), told
            if filter_.pyiceberg is None:
                continue
            tables = [self.table]
            if self.rng.random() < 0.3:
                tables.append(planned_by_server.load_table(self.name))
            for table in tables:
                theirs = read(table, filter_.pyiceberg)
                if theirs is not None:
                    compared += 1
                    assert ours == theirs, told
        self.said.append(f"{compared} of {FILTERS} compared with PyIceberg")

    def told(self) -> list[str]:
        return [*self.said, str(self.table.schema()), str(self.table.spec())]


def read(table, row_filter) -> list[int] | None:
    """Ids by PyIceberg, or None where it cannot say."""
    try:
        found = table.scan(row_filter=row_filter, selected_fields=("id",)).to_arrow()
    except Exception as error:  # its own bugs are of many kinds
        print(f"PyIceberg: {type(error).__name__}: {str(error)[:600]!r}")
        return None
    return sorted(found["id"].to_pylist())


@pytest.mark.parametrize("number", cases())
def test_random_table(pyiceberg, planned_by_server, ns, firn, number):
    case = Case(number, pyiceberg, f"{ns}.t", firn)
    case.append(by_firn=False)
    for _ in range(STEPS):
        case.step()
    case.check(planned_by_server)
    print("\n".join(case.said))
