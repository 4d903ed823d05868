import datetime as dt
import functools
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

import firn

INSTANT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("region", pa.string()),
        pa.field("ts", INSTANT),
        pa.field("price", pa.float64()),
    ]
)
START = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def rows(begin: int, count: int) -> pa.Table:
    """Row `id` is of hour `id`, costs `id` and a half, and is of region r0, r1 or r2."""
    ids = range(begin, begin + count)
    columns = {
        "id": ids,
        "region": [f"r{i % 3}" for i in ids],
        "ts": [START + dt.timedelta(hours=i) for i in ids],
        "price": [i + 0.5 for i in ids],
    }
    return pa.table(columns, schema=SCHEMA)


@dataclass
class SqlFile:
    """A SQLite catalog and its warehouse in a folder."""

    folder: Path

    @property
    def sqlite(self) -> str:
        return f"sqlite:///{self.folder}/catalog.db"

    @property
    def warehouse(self) -> str:
        return f"file://{self.folder}/warehouse"

    @property
    def uri(self) -> str:
        return f"{self.sqlite}?warehouse={self.warehouse}&name=local"

    def open(self) -> firn.Catalog:
        return firn.open_catalog(self.uri)


@pytest.fixture
def sql_file(tmp_path) -> SqlFile:
    return SqlFile(tmp_path)


@pytest.fixture
def catalog(sql_file) -> firn.Catalog:
    """With the namespace `db`."""
    opened = sql_file.open()
    opened.create_namespace("db")
    return opened


@pytest.fixture
def table(catalog) -> firn.Table:
    """`db.t`, empty."""
    return catalog.create_table("db.t", SCHEMA)


def run_python(uri: str, program: str, *, code: int = 0, **environment: str) -> str:
    """Runs a program in a process of its own, with `URI` set; gives what it printed or told."""
    done = subprocess.run(
        [sys.executable, "-c", f"URI = {uri!r}\n{program}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout if code == 0 else done.stderr


@pytest.fixture
def python(sql_file):
    return functools.partial(run_python, sql_file.uri)


def ids(readable) -> list[int]:
    """Of anything that has rows."""
    return sorted(pa.table(readable)["id"].to_pylist())
