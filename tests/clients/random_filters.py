"""Random filters, each said in three languages: Firn's text, DuckDB's SQL and PyIceberg's objects.

Firn's logic has two values (docs/decisions/0015): every predicate over a null or a NaN is true or
false, and `not` turns it. So a predicate is `coalesce(..., false)` in SQL, where a NaN is the
largest number and is taken out by hand.

PyIceberg agrees where nothing is negated. Where it does not agree with itself, with the rows of its
own unfiltered scan, a filter has no form for it: `is nan`, UUIDs in partitions, columns that a
partition truncates (the least number wraps around), and columns whose type has become wider (0.12
makes a constant fit the type of an older file).
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable

from pyiceberg import expressions as pe

SQL_OPERATORS = {"=": pe.EqualTo, "<": pe.LessThan, "<=": pe.LessThanOrEqual, ">": pe.GreaterThan,
                 ">=": pe.GreaterThanOrEqual}  # fmt: skip


@dataclasses.dataclass
class Filter:
    text: str
    sql: str
    pyiceberg: pe.BooleanExpression | None


@dataclasses.dataclass
class Column:
    """A column that filters may name, and how its constants are written."""

    name: str
    constant: Callable[[random.Random], object]
    text: Callable[[object], str]
    sql: Callable[[object], str]
    ordered: bool = True
    floating: bool = False
    textual: bool = False
    # PyIceberg's word on it does not count.
    doubtful: bool = False
    # Transforms to an integer: as Firn's text and as SQL of the column.
    transforms: tuple[tuple[str, str], ...] = ()

    @property
    def quoted(self) -> str:
        """Nested names part at the dots, in SQL and in Firn's text."""
        return ".".join(f'"{part}"' for part in self.name.split("."))


def combined(rng: random.Random, columns: list[Column], depth: int = 0) -> Filter:
    chance = rng.random()
    if depth >= 3 or chance < 0.45:
        return leaf(rng, rng.choice(columns))
    left = combined(rng, columns, depth + 1)
    if chance < 0.55:
        return Filter(f"not ({left.text})", f"(not ({left.sql}))", None)
    right = combined(rng, columns, depth + 1)
    word, join = rng.choice([("and", pe.And), ("or", pe.Or)])
    both = left.pyiceberg is not None and right.pyiceberg is not None
    return Filter(
        f"({left.text}) {word} ({right.text})",
        f"(({left.sql}) {word} ({right.sql}))",
        join(left.pyiceberg, right.pyiceberg) if both else None,
    )


def leaf(rng: random.Random, column: Column) -> Filter:
    kinds = ["null", "in", "equal", "unequal"]
    if column.ordered:
        kinds += ["compare"] * 4 + ["between"]
    if column.floating:
        kinds += ["nan"]
    if column.textual:
        kinds += ["like", "prefix"]
    if column.transforms:
        kinds += ["transform"]
    made = globals()[f"_{rng.choice(kinds)}"](rng, column)
    return dataclasses.replace(made, pyiceberg=None) if column.doubtful else made


def _null(rng: random.Random, column: Column) -> Filter:
    name = column.quoted
    if rng.random() < 0.5:
        return Filter(f"{name} is null", f"({name} is null)", pe.IsNull(column.name))
    return Filter(f"{name} is not null", f"({name} is not null)", pe.NotNull(column.name))


def _nan(rng: random.Random, column: Column) -> Filter:
    name = column.quoted
    is_nan = f"coalesce(isnan({name}), false)"
    if rng.random() < 0.5:
        return Filter(f"{name} is nan", is_nan, None)
    return Filter(f"{name} is not nan", f"(not {is_nan})", None)


def _compared(column: Column, operator: str, value: object) -> str:
    """A comparison in SQL, without NaN and with two values."""
    test = f"{column.quoted} {operator} {column.sql(value)}"
    if column.floating:
        test = f"{test} and not isnan({column.quoted})"
    return f"coalesce({test}, false)"


def _compare(rng: random.Random, column: Column, operator: str | None = None) -> Filter:
    operator = operator or rng.choice(["<", "<=", ">", ">="])
    value = column.constant(rng)
    return Filter(
        f"{column.quoted} {operator} {column.text(value)}",
        _compared(column, operator, value),
        SQL_OPERATORS[operator](column.name, value),
    )


def _equal(rng: random.Random, column: Column) -> Filter:
    return _compare(rng, column, "=")


def _unequal(rng: random.Random, column: Column) -> Filter:
    value = column.constant(rng)
    return Filter(
        f"{column.quoted} != {column.text(value)}", f"(not {_compared(column, '=', value)})", None
    )


def _between(rng: random.Random, column: Column) -> Filter:
    values = [column.constant(rng) for _ in range(2)]
    low, high = (column.text(value) for value in values)
    return Filter(
        f"{column.quoted} between {low} and {high}",
        f"({_compared(column, '>=', values[0])} and {_compared(column, '<=', values[1])})",
        pe.And(pe.GreaterThanOrEqual(column.name, values[0]),
               pe.LessThanOrEqual(column.name, values[1])),
    )  # fmt: skip


def _in(rng: random.Random, column: Column) -> Filter:
    values = [column.constant(rng) for _ in range(rng.randint(2, 4))]
    texts = ", ".join(column.text(value) for value in values)
    tests = " or ".join(_compared(column, "=", value) for value in values)
    if rng.random() < 0.3:
        return Filter(f"{column.quoted} not in ({texts})", f"(not ({tests}))", None)
    return Filter(f"{column.quoted} in ({texts})", f"({tests})", pe.In(column.name, values))


def _like(rng: random.Random, column: Column) -> Filter:
    """A prefix, wherever it ends between two characters."""
    value = str(column.constant(rng))
    value = value[: rng.randint(0, len(value))]
    pattern = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    starts = f"coalesce(starts_with({column.quoted}, {column.sql(value)}), false)"
    if rng.random() < 0.3:
        return Filter(f"{column.quoted} not like {column.text(pattern)}", f"(not {starts})", None)
    return Filter(
        f"{column.quoted} like {column.text(pattern)}", starts, pe.StartsWith(column.name, value)
    )


def _prefix(rng: random.Random, column: Column) -> Filter:
    width = rng.randint(1, 4)
    value = str(column.constant(rng))[:width]
    return Filter(
        f"truncate[{width}]({column.quoted}) = {column.text(value)}",
        f"coalesce(left({column.quoted}, {width}) = {column.sql(value)}, false)",
        None,
    )


def _transform(rng: random.Random, column: Column) -> Filter:
    word, sql = rng.choice(column.transforms)
    operator = rng.choice(["=", "<", ">="])
    value = rng.choice([-1, 0, 1, 50, 56, 600, 670, 20000, 480000, rng.randint(-2000, 30000)])
    return Filter(
        f"{word}({column.quoted}) {operator} {value}",
        f"coalesce({sql.format(column.quoted)} {operator} {value}, false)",
        None,
    )
