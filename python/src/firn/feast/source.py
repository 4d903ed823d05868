"""IcebergSource: an Iceberg table as a data source of Feast."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from feast.data_source import DataSource
from feast.errors import RegistryInferenceFailure
from feast.protos.feast.core.DataSource_pb2 import DataSource as DataSourceProto
from feast.repo_config import RepoConfig
from feast.value_type import ValueType

import firn
from firn import _convert
from firn.feast.catalogs import load_table
from firn.feast.config import IcebergConfigError
from firn.feast.types import ColumnType, type_text, value_type_of

CLASS_PATH = "firn.feast.IcebergSource"
EVENT_TIMESTAMP = "event_timestamp"
PINS = ("snapshot_id", "schema_id", "as_of", "ref")


class IcebergSource(DataSource):
    """A table of the catalog that feature_store.yaml names.

    `table_identifier` is `namespace.table`, with as many levels as there are, or a name alone,
    which is of the `namespace` of the settings. `snapshot_id`, `as_of` (a time that has passed, UTC
    where it has no zone) or `ref` (a branch or tag) pin it to a state of the table, of which one is
    given at most; it is read as it was then, and cannot be written. Its columns are those that the
    snapshot was written with, of a branch the table's, or with a `snapshot_id` those of the
    `schema_id` that is given: a training set is made again bit for bit by the two ids that its job
    says (a table that was empty has no snapshot, and both are refused). Without a `timestamp_field`
    it is the column `event_timestamp`, or the only timestamp of the table; `feast apply` writes it
    down. Without a `created_timestamp_column` none breaks ties. It holds no credentials: the
    settings do.

    Errors: TypeError for an argument that is unknown; ValueError naming the source for a pin that
    is none.
    """

    def __init__(
        self,
        *,
        table_identifier: str | None = None,
        name: str | None = None,
        timestamp_field: str | None = None,
        created_timestamp_column: str | None = None,
        field_mapping: dict[str, str] | None = None,
        description: str | None = "",
        tags: dict[str, str] | None = None,
        owner: str | None = "",
        snapshot_id: int | None = None,
        schema_id: int | None = None,
        as_of: _convert.Time | None = None,
        ref: str | None = None,
        **unknown: Any,
    ) -> None:
        if unknown:
            raise TypeError(_unknown_argument(next(iter(unknown))))
        if not table_identifier:
            raise ValueError("IcebergSource needs table_identifier, as in 'db.driver_stats'")
        super().__init__(
            name=name or table_identifier,
            timestamp_field=timestamp_field,
            created_timestamp_column=created_timestamp_column,
            field_mapping=field_mapping,
            description=description,
            tags=tags,
            owner=owner,
        )
        self.table_identifier = table_identifier
        #: Of `snapshot_id`, `as_of` (in UTC, as text) and `ref` the one that is given, and
        #: `schema_id`.
        self.pin = _pin(name or table_identifier, snapshot_id, schema_id, as_of, ref)

    def __repr__(self) -> str:
        pin = "".join(f", {key}={value!r}" for key, value in self.pin.items())
        return f"IcebergSource(name={self.name!r}, table_identifier={self.table_identifier!r}{pin})"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, IcebergSource) and super().__eq__(other) and self.state == other.state
        )

    def __hash__(self) -> int:
        return hash((self.name, self.state))

    def source_type(self) -> DataSourceProto.SourceType.ValueType:
        return DataSourceProto.CUSTOM_SOURCE

    @staticmethod
    def from_proto(data_source: DataSourceProto) -> IcebergSource:
        settings = json.loads(data_source.custom_options.configuration)
        return IcebergSource(
            table_identifier=settings["table_identifier"],
            name=data_source.name,
            timestamp_field=data_source.timestamp_field,
            created_timestamp_column=data_source.created_timestamp_column,
            field_mapping=dict(data_source.field_mapping),
            description=data_source.description,
            tags=dict(data_source.tags),
            owner=data_source.owner,
            **{key: settings[key] for key in PINS if key in settings},
        )

    def _to_proto_impl(self) -> DataSourceProto:
        settings = {"table_identifier": self.table_identifier, **self.pin}
        return DataSourceProto(
            name=self.name,
            type=DataSourceProto.CUSTOM_SOURCE,
            data_source_class_type=CLASS_PATH,
            field_mapping=self.field_mapping,
            custom_options=DataSourceProto.CustomSourceOptions(
                configuration=json.dumps(settings).encode()
            ),
            timestamp_field=self.timestamp_field,
            created_timestamp_column=self.created_timestamp_column,
            description=self.description,
            tags=self.tags,
            owner=self.owner,
        )

    def validate(self, config: RepoConfig) -> None:
        """The table is there and has the columns of times. Errors name what is not."""
        schema = self.load(config).schema.to_arrow()
        if not self.timestamp_field:
            self.timestamp_field = self.timestamp_column(schema)
        for column in (self.timestamp_field, self.created_timestamp_column):
            if column:
                self._check_time(self.column_of(column), schema)

    @staticmethod
    def source_datatype_to_feast_value_type() -> Callable[[str], ValueType]:
        return value_type_of

    def get_table_column_names_and_types(self, config: RepoConfig) -> Iterable[tuple[str, str]]:
        schema = self.load(config).schema.to_arrow()
        return [(field.name, ColumnType(type_text(field.type), field.name)) for field in schema]

    def get_table_query_string(self) -> str:
        """The table's name. Errors: IcebergConfigError where the source is pinned: queries of that
        name would read the table as it is now."""
        if self.pin:
            raise IcebergConfigError(
                f"data source {self.name} is pinned to {self._pinned_to()}, which the name of "
                f"table {self.table_identifier} does not say: only `offline_store: type: iceberg` "
                "reads it"
            )
        return self.table_identifier

    @property
    def table_ref(self) -> str:
        """What an entity query names the table by."""
        return self.table_identifier

    @property
    def state(self) -> tuple:
        """The table and what it is pinned to."""
        return (self.table_identifier, *self.pin.items())

    def load(self, config: RepoConfig) -> firn.Table:
        """The table as it is now, or as the source is pinned: one trip to the catalog. Errors:
        ValueError naming the source and a snapshot, schema, time or ref that the table has not, or
        a time that has not passed."""
        self._refuse_future()
        table = load_table(config, self.table_identifier)
        if not self.pin:
            return table
        try:
            return table.at(**self.pin)
        except firn.NotFoundError as error:
            raise ValueError(
                f"data source {self.name}: table {self.table_identifier} has no state of "
                f"{self._pinned_to()}, or has it no more: {error.message}; `firn table snapshots` "
                "and `firn table refs` show what there is"
            ) from None

    def refuse_pinned(self) -> None:
        """Errors: IcebergConfigError where it is pinned: what is to be written is the table."""
        if self.pin:
            raise IcebergConfigError(
                f"data source {self.name} is pinned to {self._pinned_to()}, which cannot be "
                f"written: write through a source of table {self.table_identifier} that is not "
                "pinned"
            )

    def column_of(self, name: str) -> str:
        """The table's column that Feast knows as `name`."""
        for column, mapped in self.field_mapping.items():
            if mapped == name:
                return column
        return name

    def timestamp_column(self, schema: pa.Schema) -> str:
        """The table's column of event times. Errors: RegistryInferenceFailure where it is not named
        and could be several or none."""
        if self.timestamp_field:
            return self.column_of(self.timestamp_field)
        created = self.created_column()
        times = [
            field.name
            for field in schema
            if pa.types.is_timestamp(field.type) and field.name != created
        ]
        if EVENT_TIMESTAMP in times:
            return EVENT_TIMESTAMP
        if len(times) == 1:
            return times[0]
        found = f"could be {' or '.join(times)}: name it" if times else "is none of its columns"
        raise RegistryInferenceFailure(
            "DataSource", f"timestamp_field of {self.name} (table {self.table_identifier}) {found}"
        )

    def created_column(self) -> str:
        """The table's column of created times; empty where none is named."""
        return self.column_of(self.created_timestamp_column)

    def check_column(self, column: str, schema: pa.Schema, what: str = "") -> None:
        """Errors: ValueError naming the source, `what` the column is for, and the table that has it
        not."""
        if column not in schema.names:
            raise ValueError(
                f"data source {self.name}: {what}{': ' if what else ''}table "
                f"{self.table_identifier} has no column {column}; its columns are "
                f"{', '.join(schema.names)}"
            )

    def _pinned_to(self) -> str:
        return ", ".join(f"{key} {value}" for key, value in self.pin.items())

    def _refuse_future(self) -> None:
        """Until then every commit would change what it reads."""
        as_of = self.pin.get("as_of")
        if as_of is not None and datetime.fromisoformat(as_of) > datetime.now(UTC):
            raise ValueError(
                f"data source {self.name}: as_of {as_of} has not passed, so that the next commit "
                "changes what it reads: give a time that has, or a snapshot_id"
            )

    def _check_time(self, column: str, schema: pa.Schema) -> None:
        table = self.table_identifier
        self.check_column(column, schema)
        data_type = schema.field(column).type
        if not (pa.types.is_timestamp(data_type) or pa.types.is_date(data_type)):
            raise ValueError(
                f"data source {self.name}: column {column} of table {table} is {data_type}, "
                "not a timestamp or a date"
            )


def _pin(
    source: str,
    snapshot_id: int | None,
    schema_id: int | None,
    as_of: _convert.Time | None,
    ref: str | None,
) -> dict[str, Any]:
    """What `firn.Table.at` takes. Errors: ValueError naming the source."""
    try:
        moment = _convert.moment(as_of, "as_of")
        values = (
            _convert.snapshot_id(snapshot_id),
            _convert.schema_id(schema_id),
            moment and moment.isoformat(),
            _convert.ref(ref),
        )
        _convert.refuse_schema_alone(snapshot_id, schema_id)
    except firn.InvalidArgumentError as error:
        raise ValueError(f"data source {source}: {error}") from None
    pin = {key: value for key, value in zip(PINS, values, strict=True) if value is not None}
    states = [key for key in pin if key != "schema_id"]
    if len(states) > 1:
        raise ValueError(f"data source {source}: of {' and '.join(states)} give one")
    return pin


def _unknown_argument(name: str) -> str:
    if name in ("table", "table_name", "table_ref"):
        return f"IcebergSource has no argument {name}: name the table by table_identifier"
    return f"IcebergSource has no argument {name}"
