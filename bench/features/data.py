"""The tables and entity frame that joins are timed on: what a training set is made of.

Three views of ten features (six doubles, three longs, one text) with 5 % nulls, 100,000 entities, 60
days; 2 % of the rows are delivered again later, with the same event time; entity rows of the last 50
days. Written by `firn append` in eight files a view.

With deleted rows: tables that share those files and have deletes of their own.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

VIEWS = 3
FILES = 8
ENTITIES = 100_000
DAY_US = 86_400 * 1_000_000
START_US = 1_750_000_000 * 1_000_000
DAYS = 60
DOUBLES, LONGS = 6, 3
INSTANT = pa.timestamp("us", tz="UTC")
LONG_VALUES = 1_000_000


def feature_names(view: int) -> list[str]:
    names = [f"d{i}" for i in range(DOUBLES)] + [f"l{i}" for i in range(LONGS)] + ["s0"]
    return [f"v{view}_{name}" for name in names]


def with_nulls(random: np.random.Generator, values: np.ndarray, kind: pa.DataType) -> pa.Array:
    return pa.array(values, type=kind, mask=random.random(len(values)) < 0.05)


def feature_rows(view: int, part: int, rows: int, entities: int) -> pa.Table:
    random = np.random.default_rng(1000 * view + part)
    entity = random.integers(0, entities, rows)
    # Files are of different times, as appends are.
    span = DAYS * DAY_US // FILES
    event = START_US + part * span + random.integers(0, span, rows)
    created = event + random.integers(0, 3_600_000_000, rows)
    again = random.random(rows) < 0.02
    twin = random.integers(0, rows, rows)
    entity = np.where(again, entity[twin], entity)
    event = np.where(again, event[twin], event)
    created = np.where(again, created[twin] + 1 + np.arange(rows), created)
    columns = [pa.array(entity), pa.array(event, INSTANT), pa.array(created, INSTANT)]
    for _ in range(DOUBLES):
        columns.append(with_nulls(random, random.random(rows), pa.float64()))
    for _ in range(LONGS):
        columns.append(with_nulls(random, random.integers(0, LONG_VALUES, rows), pa.int64()))
    texts = np.array([f"segment-{i}" for i in range(1000)])
    columns.append(pa.array(texts[random.integers(0, 1000, rows)], pa.string()))
    return pa.table(columns, names=["entity", "event_ts", "created_ts", *feature_names(view)])


def entity_rows(rows: int, entities: int) -> pa.Table:
    random = np.random.default_rng(7)
    # 3 % are of entities that no table knows.
    entity = random.integers(0, entities + entities // 33, rows)
    event = START_US + 10 * DAY_US + random.integers(0, (DAYS - 10) * DAY_US, rows)
    return pa.table({"entity": entity, "event_timestamp": pa.array(event, INSTANT)})


@dataclass(frozen=True)
class Deletion:
    """A way to delete, and what: a filter of data_bench with the view's number in it."""

    name: str
    way: str
    filter: str
    version: int = 2
    """Of the table; what marks in version 3 are vectors."""

    @property
    def copied(self) -> Deletion:
        """The same rows, in files written again without them."""
        return replace(self, name=f"{self.name}_copied", way="copy")


# 2 % of the rows anywhere; all rows of 1 % of the entities.
SOME_ROWS = f"v{{view}}_l0 < {LONG_VALUES // 50}"
DELETIONS = (
    Deletion("positions", "mark", SOME_ROWS),
    Deletion("vectors", "mark", SOME_ROWS, version=3),
    Deletion("equality", "entity", "entity < {rare}"),
)


class Data:
    """In a folder: `entities.parquet`, and tables `db.view0`, ... of a SQLite catalog."""

    def __init__(self, folder: Path, build: Path, entity_count: int, feature_count: int):
        self.folder = folder
        self.firn = build / "firn"
        self.data_bench = build / "bench" / "data_bench"
        self.catalog = f"sqlite:///{folder}/catalog.db?warehouse={folder}/warehouse"
        self.entities = folder / "entities.parquet"
        self.keys = max(1000, ENTITIES * feature_count // 5_000_000)
        pq.write_table(entity_rows(entity_count, self.keys), self.entities)
        self.run("namespace", "create", "db")
        for view in range(VIEWS):
            for part in range(FILES):
                path = folder / "part.parquet"
                rows = feature_rows(view, part, feature_count // FILES, self.keys)
                pq.write_table(rows, path)
                create = ["--create"] if part == 0 else []
                self.run("append", str(path), f"db.view{view}", *create)

    def run(self, *arguments: str) -> str:
        command = [str(self.firn), *arguments, "--catalog", self.catalog]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def delete(self, deletion: Deletion) -> None:
        """Makes `db.view0_NAME`, ... without what is deleted, and drops nothing from `db.view0`."""
        for view in range(VIEWS):
            table = f"db.view{view}_{deletion.name}"
            shown = json.loads(self.run("table", "show", f"db.view{view}", "--json"))
            self.run("table", "register", table, shown["metadata-location"])
            if deletion.version > 2:
                self.run("table", "set", table, "-p", f"format-version={deletion.version}")
            rows = deletion.filter.format(view=view, rare=self.keys // 100)
            line = [str(self.data_bench), "delete", self.catalog, table, rows, deletion.way]
            subprocess.run(line, check=True, capture_output=True, text=True)

    def pattern(self, view: int) -> str:
        """Of links to the table's files, which share their folder with those of other tables."""
        links = self.folder / f"links{view}"
        if not links.exists():
            links.mkdir()
            for number, file in enumerate(self.files(view)):
                (links / f"{number}.parquet").symlink_to(file)
        return f"{links}/*.parquet"

    def files(self, view: int) -> list[str]:
        found = json.loads(self.run("table", "files", f"db.view{view}", "--json"))
        return [item["file-path"].removeprefix("file://").removeprefix("file:") for item in found]
