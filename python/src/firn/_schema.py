"""The columns of a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa

from firn import _firn


class Field(NamedTuple):
    """A column."""

    #: Stays when the column is renamed.
    id: int
    name: str
    #: As Iceberg writes it: "long", "timestamptz", "decimal(9, 2)", "list<string>".
    type: str
    #: True where it holds no nulls.
    required: bool
    doc: str | None


class Schema:
    """The columns of a table, in their order.

    Any Arrow library takes one (`__arrow_c_schema__`): `pyarrow.schema(table.schema)`.
    """

    def __init__(self, native: _firn.Schema) -> None:
        self._native = native
        self._fields = [Field(*values) for values in native.fields()]

    @property
    def fields(self) -> list[Field]:
        return list(self._fields)

    @property
    def names(self) -> list[str]:
        return [field.name for field in self._fields]

    @property
    def identifier_fields(self) -> list[str]:
        """Full names of the columns that tell a row from others, where the table says so."""
        return self._native.identifier_fields()

    def to_arrow(self) -> pa.Schema:
        """As scans give it: no field ids in its metadata."""
        return pa.schema(self)

    def __arrow_c_schema__(self) -> object:
        return self._native.__arrow_c_schema__()

    def __len__(self) -> int:
        return len(self._fields)

    def __iter__(self) -> Iterator[Field]:
        return iter(self._fields)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Schema):
            return NotImplemented
        return self._fields == other._fields and self.identifier_fields == other.identifier_fields

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        keys = set(self.identifier_fields)
        lines = []
        for field in self._fields:
            marks = ["required"] * field.required + ["identifier"] * (field.name in keys)
            note = f" ({', '.join(marks)})" if marks else ""
            doc = f": {field.doc}" if field.doc else ""
            lines.append(f"  {field.id}: {field.name} {field.type}{note}{doc}\n")
        return f"firn.Schema(\n{''.join(lines)})"
