"""Polars and Daft read and append through PyIceberg's catalog."""

import pyarrow as pa
import pytest
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField

pytestmark = pytest.mark.full


@pytest.fixture
def numbers(pyiceberg, ns):
    table = pyiceberg.create_table(f"{ns}.numbers", Schema(NestedField(1, "id", LongType())))
    table.append(pa.table({"id": [1, 2, 3]}))
    return table


def test_polars(numbers, pyiceberg):
    polars = pytest.importorskip("polars", reason="no polars (tests/requirements-full.txt)")
    assert sorted(polars.scan_iceberg(numbers).collect()["id"].to_list()) == [1, 2, 3]
    polars.DataFrame({"id": [4]}).write_iceberg(numbers, mode="append")
    again = pyiceberg.load_table(numbers.name())
    assert sorted(polars.scan_iceberg(again).collect()["id"].to_list()) == [1, 2, 3, 4]


def test_daft(numbers, pyiceberg):
    daft = pytest.importorskip("daft", reason="no daft (tests/requirements-full.txt)")
    assert sorted(daft.read_iceberg(numbers).to_pydict()["id"]) == [1, 2, 3]
    daft.from_pydict({"id": [4]}).write_iceberg(numbers)
    again = pyiceberg.load_table(numbers.name())
    assert sorted(daft.read_iceberg(again).to_pydict()["id"]) == [1, 2, 3, 4]
