"""Random tables: schemas of all common types, partition specs, appends with edge values, and
changes of schema and spec in between. All of it follows from one random generator."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import random
import uuid
from collections.abc import Callable

import pyarrow as pa
from pyiceberg import transforms as tr
from pyiceberg import types as it
from pyiceberg.schema import Schema
from random_filters import Column

NULLS = 0.2
EPOCH = dt.datetime(1970, 1, 1)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@dataclasses.dataclass
class Kind:
    """A type with its values, and how a filter writes them."""

    type: it.IcebergType
    value: Callable[[random.Random], object]
    # A constant in Firn's text and in SQL.
    text: Callable[[object], str]
    sql: Callable[[object], str]
    transforms: tuple[str, ...] = ("identity", "bucket")
    # What a filter compares with; a value if not given.
    constant: Callable[[random.Random], object] | None = None
    ordered: bool = True
    floating: bool = False
    textual: bool = False
    doubtful: bool = False
    wider: str | None = None
    terms: tuple[tuple[str, str], ...] = ()

    def column(self, name: str, doubtful: bool = False) -> Column:
        return Column(
            name, self.constant or self.value, self.text, self.sql,
            self.ordered, self.floating, self.textual, doubtful or self.doubtful, self.terms,
        )  # fmt: skip


def _mixed(edges: list, other: Callable[[random.Random], object]):
    """An edge value, one that often comes again, or any."""
    return lambda rng: rng.choice(edges) if rng.random() < 0.4 else other(rng)


def _bits(width: int):
    top = 1 << (width - 1)
    edges = [-top, top - 1, 0, -1, 1]
    return _mixed(edges, lambda rng: rng.randint(-20, 20) if rng.random() < 0.7 else
                  rng.randint(-top, top - 1))  # fmt: skip


def _decimals(precision: int, scale: int):
    largest = 10**precision - 1

    def value(unscaled: int) -> decimal.Decimal:
        with decimal.localcontext(prec=40):
            return decimal.Decimal(unscaled).scaleb(-scale)

    return lambda rng: value(
        rng.choice([0, 1, -1, largest, -largest, 10**scale, -(10**scale) - 1])
        if rng.random() < 0.4
        else rng.randint(-largest, largest) // 10 ** rng.randint(0, precision - 1)
    )


_DATES = [dt.date(1, 1, 1), dt.date(1582, 10, 15), dt.date(1969, 12, 31), dt.date(1970, 1, 1),
          dt.date(2000, 2, 29), dt.date(9999, 12, 31)]  # fmt: skip


def _date(rng: random.Random) -> dt.date:
    return rng.choice(_DATES) if rng.random() < 0.3 else near(rng).date()


def near(rng: random.Random) -> dt.datetime:
    """Around the epoch, or around now."""
    days = rng.choice([0, 0, 20400]) + rng.randint(-40, 40)
    exact = rng.choice([0, 1, 999999, rng.randint(0, 999999)])
    return EPOCH + dt.timedelta(days=days, seconds=rng.randint(0, 86399), microseconds=exact)


_INSTANTS = [EPOCH, EPOCH - dt.timedelta(microseconds=1), dt.datetime(1, 1, 1),
             dt.datetime(9999, 12, 31, 23, 59, 59, 999999), dt.datetime(1900, 1, 1)]  # fmt: skip


def _instant(rng: random.Random) -> dt.datetime:
    return rng.choice(_INSTANTS) if rng.random() < 0.3 else near(rng)


_TEXTS = ["", "a", "ab", "abc", "A", "é日本", "it's", "50%", "a_b", "a/b=c", "null", " ", "\\",
          "\uffff", "\U0001f600", "\U0010ffff" * 20, "x" * 40, "x" * 39 + "y", "ab" * 8,
          "ab" * 9]  # fmt: skip
_text = _mixed(_TEXTS, lambda rng: "".join(rng.choices("abé日😀", k=rng.randint(0, 5))))


def _bytes(rng: random.Random) -> bytes:
    edges = [b"", b"\x00", b"\xff", b"\xff" * 20, b"\x80", b"a" * 16, b"a" * 17]
    return rng.choice(edges) if rng.random() < 0.4 else rng.randbytes(rng.randint(0, 6))


def _float_text(value: float) -> str:
    return repr(value)


_FLOATS = [0.0, -0.0, float("nan"), float("inf"), float("-inf"), 1.5, -1.5, 2.0**-126, 2.0**120]
_DOUBLES = [*_FLOATS, 5e-324, 1.7976931348623157e308, 0.1, -0.1]


def _finite(values: list[float]):
    """Zeros are left out: -0.0 = 0.0 is true in SQL, and not in Iceberg."""
    kept = [v for v in values if v == v and abs(v) != float("inf") and v != 0]
    return lambda rng: rng.choice([*kept, rng.randint(-40, 40) / 8 + 0.0625])


def _floating(values: list[float]):
    return _mixed(values, lambda rng: rng.randint(-40, 40) / 8)


_DATE_TERMS = (
    ("year", "(year({0}) - 1970)"),
    ("month", "((year({0}) - 1970) * 12 + month({0}) - 1)"),
    ("day", "date_diff('day', DATE '1970-01-01', CAST({0} AS DATE))"),
)
_TIME_TERMS = (
    *_DATE_TERMS,
    ("hour", "date_diff('hour', TIMESTAMP '1970-01-01', CAST({0} AS TIMESTAMP))"),
)


def _plain(value: object) -> str:
    return str(value)


def _typed(word: str):
    return lambda value: f"CAST({quoted(str(value))} AS {word})"


def _iso(value) -> str:
    return quoted(value.isoformat())


def _hexadecimal(value: bytes) -> str:
    return f"from_hex('{value.hex()}')"


CALENDAR = ("identity", "bucket", "year", "month", "day")
KINDS = {
    "boolean": Kind(it.BooleanType(), lambda rng: rng.random() < 0.5, lambda v: str(v).lower(),
                    lambda v: str(v).lower(), ("identity",), ordered=False),
    "int": Kind(it.IntegerType(), _bits(32), _plain, _typed("INTEGER"),
                ("identity", "bucket", "truncate"), wider="long"),
    "long": Kind(it.LongType(), _bits(64), _plain, _typed("BIGINT"),
                 ("identity", "bucket", "truncate")),
    "float": Kind(it.FloatType(), _floating(_FLOATS), _float_text, _typed("FLOAT"), (),
                  _finite(_FLOATS), floating=True, wider="double"),
    "double": Kind(it.DoubleType(), _floating(_DOUBLES), _float_text, _typed("DOUBLE"), (),
                   _finite(_DOUBLES), floating=True),
    "decimal": Kind(it.DecimalType(9, 2), _decimals(9, 2), _plain, _typed("DECIMAL(9,2)"),
                    ("identity", "bucket", "truncate"), wider="wide_decimal"),
    "wide_decimal": Kind(it.DecimalType(25, 2), _decimals(25, 2), _plain,
                         _typed("DECIMAL(25,2)"), ("identity", "bucket", "truncate")),
    "date": Kind(it.DateType(), _date, _iso, _typed("DATE"), CALENDAR, terms=_DATE_TERMS),
    "time": Kind(it.TimeType(), lambda rng: near(rng).time(), _iso, _typed("TIME"),
                 ("identity", "bucket")),
    "timestamp": Kind(it.TimestampType(), _instant, _iso, _typed("TIMESTAMP"),
                      (*CALENDAR, "hour"), terms=_TIME_TERMS),
    "timestamptz": Kind(it.TimestamptzType(), lambda rng: _instant(rng).replace(tzinfo=dt.UTC),
                        _iso, _typed("TIMESTAMPTZ"), (*CALENDAR, "hour"), terms=_TIME_TERMS),
    "string": Kind(it.StringType(), _text, quoted, quoted, ("identity", "bucket", "truncate"),
                   textual=True),
    "uuid": Kind(it.UUIDType(), lambda rng: uuid.UUID(int=rng.choice(
        [0, 1, 1 << 127, (1 << 128) - 1, rng.getrandbits(128)])), lambda v: quoted(str(v)),
        _typed("UUID"), ("identity", "bucket"), ordered=False, doubtful=True),
    "fixed": Kind(it.FixedType(3), lambda rng: rng.choice([b"\x00" * 3, b"\xff" * 3, b"abc",
                  rng.randbytes(3)]), lambda v: f"binary '{v.hex()}'", _hexadecimal),
    "binary": Kind(it.BinaryType(), _bytes, lambda v: f"binary '{v.hex()}'", _hexadecimal,
                   ("identity", "bucket", "truncate")),
}  # fmt: skip


SORTABLE = ("int", "long", "double", "date", "timestamp", "timestamptz", "string", "decimal")


def _transform(rng: random.Random, word: str):
    if word == "bucket":
        return tr.BucketTransform(rng.randint(1, 5))
    if word == "truncate":
        return tr.TruncateTransform(rng.choice([1, 2, 10]))
    named = {"identity": tr.IdentityTransform, "year": tr.YearTransform, "month": tr.MonthTransform,
             "day": tr.DayTransform, "hour": tr.HourTransform}  # fmt: skip
    return named[word]()


class Rows:
    """What the columns of a table are just now, and rows for it."""

    def __init__(self, rng: random.Random, kinds: list[str]):
        self.rng = rng
        self.columns = {f"c{i}": kind for i, kind in enumerate(kinds)}
        self.nested = rng.random() < 0.5
        # Where PyIceberg's word does not count, see random_filters.
        self.doubtful_columns: set[str] = set()
        self.next_id = 0
        self.next_column = len(kinds)

    def schema(self) -> Schema:
        fields = [it.NestedField(1, "id", it.LongType(), required=True)]
        for i, (name, kind) in enumerate(self.columns.items()):
            fields.append(it.NestedField(i + 2, name, KINDS[kind].type))
        if self.nested:
            first = len(fields) + 1
            place = it.StructType(
                it.NestedField(first + 1, "city", it.StringType()),
                it.NestedField(first + 2, "height", it.DoubleType()),
            )
            tags = it.ListType(first + 4, it.StringType(), element_required=False)
            fields.append(it.NestedField(first, "place", place))
            fields.append(it.NestedField(first + 3, "tags", tags))
        return Schema(*fields)

    def filter_columns(self) -> list[Column]:
        identity = dataclasses.replace(
            KINDS["long"], constant=lambda rng: rng.randint(-2, self.next_id + 2)
        )
        columns = [
            KINDS[kind].column(name, name in self.doubtful_columns)
            for name, kind in self.columns.items()
        ]
        if self.nested:
            columns.append(KINDS["string"].column("place.city"))
            columns.append(KINDS["double"].column("place.height"))
        return [*columns, identity.column("id")]

    def batch(self, arrow: pa.Schema, count: int) -> pa.Table:
        """Rows of the table's schema; some columns with nulls alone, or one value alone."""
        first = self.next_id
        self.next_id += count
        columns = {"id": list(range(first, first + count))}
        for name, kind in self.columns.items():
            columns[name] = self._values(KINDS[kind].value, count)
            if kind == "uuid":
                columns[name] = [v and v.bytes for v in columns[name]]
        if self.nested:
            cities, heights = (self._values(KINDS[k].value, count) for k in ("string", "double"))
            places = [{"city": c, "height": h} for c, h in zip(cities, heights, strict=True)]
            columns["place"] = [None if self.rng.random() < NULLS else place for place in places]
            columns["tags"] = [self.rng.choice([None, [], ["a"], ["b", None]]) for _ in places]
        arrays = [pa.array(columns[field.name], field.type) for field in arrow]
        rows = pa.Table.from_arrays(arrays, schema=arrow)
        sortable = [name for name, kind in self.columns.items() if kind in SORTABLE]
        if sortable and self.rng.random() < 0.3:
            rows = rows.sort_by([(self.rng.choice(sortable), "ascending")])
        return rows

    def _values(self, value: Callable[[random.Random], object], count: int) -> list:
        shape = self.rng.random()
        if shape < 0.1:
            return [None] * count
        if shape < 0.3:
            return [value(self.rng)] * count
        nulls = 0 if shape < 0.6 else NULLS
        return [None if self.rng.random() < nulls else value(self.rng) for _ in range(count)]


def random_kinds(rng: random.Random, without: tuple[str, ...] = ()) -> list[str]:
    names = [name for name in KINDS if name not in without]
    return [rng.choice(names) for _ in range(rng.randint(2, 7))]


def partition_choices(
    rng: random.Random, rows: Rows, without: tuple[tuple[str, str], ...] = ()
) -> list[tuple[str, object]]:
    """A few (column, transform) that may partition the table; `without` (kind, transform)."""
    possible = [("id", "bucket"), ("id", "truncate")]
    for name, kind in rows.columns.items():
        words = [word for word in KINDS[kind].transforms if (kind, word) not in without]
        possible += [(name, word) for word in words]
    picked = dict(rng.sample(possible, min(len(possible), rng.choice([0, 1, 1, 2]))))
    return [(name, _transform(rng, word)) for name, word in picked.items()]


def evolve(
    rng: random.Random, table, rows: Rows, pinned: set[str], without: tuple[str, ...]
) -> str:
    """One change of the table's schema; columns that a spec names keep name and type."""
    free = [name for name in rows.columns if name not in pinned]
    wide = [name for name in free if KINDS[rows.columns[name]].wider]
    actions = [
        "add",
        *(["drop", "rename", "move"] if free else []),
        *(["widen"] * 3 if wide else []),
    ]
    action = rng.choice(actions)
    with table.update_schema() as update:
        if action == "add":
            name = f"c{rows.next_column}"
            kind = rng.choice([kind for kind in KINDS if kind not in without])
            rows.next_column += 1
            update.add_column(name, KINDS[kind].type)
            rows.columns[name] = kind
        elif action == "widen":
            name = rng.choice(wide)
            rows.doubtful_columns.add(name)
            rows.columns[name] = KINDS[rows.columns[name]].wider
            update.update_column(name, field_type=KINDS[rows.columns[name]].type)
        elif action == "drop":
            name = rng.choice(free)
            update.delete_column(name)
            del rows.columns[name]
            rows.doubtful_columns.discard(name)
        elif action == "rename":
            name = rng.choice(free)
            # A name that another column had before, now and then.
            new = rng.choice(
                [f"c{rows.next_column}", *(["c0"] if "c0" not in rows.columns else [])]
            )
            rows.next_column += 1
            update.rename_column(name, new)
            rows.columns[new] = rows.columns.pop(name)
            if name in rows.doubtful_columns:
                rows.doubtful_columns ^= {name, new}
        else:
            name = rng.choice(free)
            update.move_first(name)
    return f"{action} {name}"
