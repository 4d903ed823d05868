"""A saved dataset whose columns change: the old table gives way to the new one, and whatever breaks
off on the way, the one or the other is there whole."""

import itertools

import pyarrow as pa
import pytest

import firn
from firn.feast.writing import ArrowRows, replace_table

OLD = pa.table({"driver_id": pa.array([1, 2], pa.int64()), "rate": [0.1, 0.2]})
NEW = pa.table({"driver_id": pa.array([3], pa.int64()), "label": ["a"]})


class Stopped(BaseException):
    """As Ctrl-C: no Exception."""


class Renames:
    """Those of catalogs, counted: what is to happen before one is done, or afterwards: an error
    that is raised, or a function that is called."""

    def __init__(self, monkeypatch) -> None:
        self.before: dict = {}
        self.after: dict = {}
        count = itertools.count(1)
        original = firn.Catalog.rename_table

        def rename_table(catalog, identifier, new_identifier):
            number = next(count)
            happens(self.before.get(number))
            original(catalog, identifier, new_identifier)
            happens(self.after.get(number))

        def happens(what) -> None:
            if isinstance(what, BaseException):
                raise what
            if what is not None:
                what()

        monkeypatch.setattr(firn.Catalog, "rename_table", rename_table)


@pytest.fixture
def renames(monkeypatch) -> Renames:
    return Renames(monkeypatch)


@pytest.fixture
def kept(repository):
    repository.table("training", OLD)
    return repository


def replace(repository) -> None:
    assert replace_table(repository.config, "training", ArrowRows(NEW), allow_overwrite=True)


def tables(repository) -> dict[str, pa.Table]:
    """Rows of all tables that there are."""
    catalog = repository.catalog
    return {
        name: catalog.load_table(("default", name)).scan().to_arrow()
        for _, name in catalog.list_tables("default")
    }


def parquet_files(repository) -> set[str]:
    return {path.name for path in (repository.folder / "data").rglob("*.parquet")}


def test_one_of_other_columns_gives_way(kept):
    old = parquet_files(kept)
    replace(kept)
    assert {name: rows.to_pydict() for name, rows in tables(kept).items()} == {
        "training": NEW.to_pydict()
    }
    assert not old & parquet_files(kept)


@pytest.mark.parametrize("error", [firn.UnavailableError("away"), OSError("away"), Stopped()])
@pytest.mark.parametrize(("when", "number"), [("before", 1), ("after", 1), ("before", 2)])
def test_one_that_cannot_be_replaced_stays(kept, renames, when, number, error):
    """Whether the first of the two renames has happened or not."""
    before = parquet_files(kept)
    getattr(renames, when)[number] = error
    with pytest.raises(type(error)):
        replace(kept)
    assert {name: rows.to_pydict() for name, rows in tables(kept).items()} == {
        "training": OLD.to_pydict()
    }
    assert parquet_files(kept) == before


@pytest.mark.parametrize("error", [firn.UnavailableError("away"), Stopped()])
def test_one_that_was_replaced_is_not_brought_back(kept, renames, error):
    renames.after[2] = error
    with pytest.raises(type(error)):
        replace(kept)
    assert {name: rows.to_pydict() for name, rows in tables(kept).items()} == {
        "training": NEW.to_pydict()
    }
    assert len(parquet_files(kept)) == 1


@pytest.mark.parametrize("error", [firn.UnavailableError("away"), Stopped()])
def test_nothing_is_dropped_that_cannot_be_put_back(kept, renames, error):
    """The error says where the two are."""
    renames.before = {2: error, 3: firn.UnavailableError("still away")}
    expected = firn.ConflictError if isinstance(error, Exception) else Stopped
    with pytest.raises(expected) as raised:
        replace(kept)
    said = " ".join([str(raised.value), *getattr(raised.value, "__notes__", [])])
    there = tables(kept)
    (old,) = (name for name, rows in there.items() if rows.to_pydict() == OLD.to_pydict())
    (new,) = (name for name, rows in there.items() if rows.to_pydict() == NEW.to_pydict())
    assert "training" not in there
    assert f"what it held is in default.{old}, the new rows are in default.{new}" in said
    assert "still away" in said


def test_one_that_somebody_else_makes_meanwhile_stays_theirs(kept, renames):
    """Between the two renames the name is free."""
    theirs = pa.table({"theirs": [1]})
    renames.after[1] = lambda: kept.table("training", theirs)
    with pytest.raises(firn.ConflictError, match=r"what it held is in default\.training__\w+, "):
        replace(kept)
    there = {name: rows.to_pydict() for name, rows in tables(kept).items()}
    assert there.pop("training") == theirs.to_pydict()
    assert sorted(map(list, there.values())) == [["driver_id", "label"], ["driver_id", "rate"]]


def test_a_new_one_whose_rename_fails_leaves_nothing(repository, renames):
    renames.before[1] = firn.AlreadyExistsError("taken")
    with pytest.raises(firn.AlreadyExistsError):
        replace(repository)
    assert tables(repository) == {}
    assert parquet_files(repository) == set()


def test_a_new_one_that_has_its_name_is_kept(repository, renames):
    """The answer alone was lost."""
    renames.after[1] = firn.UnavailableError("away")
    with pytest.raises(firn.UnavailableError):
        replace(repository)
    assert tables(repository)["training"].to_pydict() == NEW.to_pydict()
