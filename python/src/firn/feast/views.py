"""Feast's feature views as Firn's: names met with their table's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

import firn
from firn._convert import dotted
from firn.feast.config import IcebergConfigError
from firn.feast.source import IcebergSource

if TYPE_CHECKING:
    from feast import FeatureView


def source_of(feature_view: FeatureView) -> IcebergSource:
    """The view's source. Errors: IcebergConfigError naming the view where it is of another kind."""
    source = feature_view.batch_source
    if not isinstance(source, IcebergSource):
        kind = type(source).__name__ if source is not None else "none"
        raise IcebergConfigError(
            f"feature view {feature_view.name}: its source is {kind}; "
            "`offline_store: type: iceberg` reads an IcebergSource"
        )
    return source


def join_keys(feature_view: FeatureView) -> dict[str, str]:
    """Entity column -> table column."""
    from feast.feature_view import DUMMY_ENTITY_ID

    source = source_of(feature_view)
    renamed = feature_view.projection.join_key_map
    return {
        renamed.get(column.name, column.name): source.column_of(column.name)
        for column in feature_view.entity_columns
        if column.name != DUMMY_ENTITY_ID
    }


def column_type(feature_view: FeatureView, table: firn.Table, column: str) -> pa.DataType:
    """Errors: ValueError naming the view, the table and the column that it has not."""
    schema = table.schema.to_arrow()
    if column not in schema.names:
        raise ValueError(
            f"feature view {feature_view.name}: table {dotted(table.identifier)} has no column "
            f"{column}; its columns are {', '.join(schema.names)}"
        )
    return schema.field(column).type


def output_name(feature_view: FeatureView, feature: str, full_feature_names: bool) -> str:
    """Of a feature in the answer."""
    if not full_feature_names:
        return feature
    return f"{feature_view.projection.name_alias or feature_view.name}__{feature}"


def joined_view(
    feature_view: FeatureView,
    table: firn.Table,
    features: dict[str, str],
    created_later: str,
) -> firn.View:
    """The view for `firn.join`; `features` by their names in the answer."""
    source = source_of(feature_view)
    timestamp = source.timestamp_column(table.schema.to_arrow())
    created = source.created_column()
    return firn.View(
        table,
        {source.column_of(feature): name for name, feature in features.items()},
        name=feature_view.projection.name_to_use(),
        keys=join_keys(feature_view),
        timestamp=timestamp,
        created=tie_breaker(timestamp, created),
        ttl=feature_view.ttl,
        created_later=created_later if created else "counts",
    )


def tie_breaker(timestamp: str, created: str | None) -> str:
    """The view's created column. Firn would find one by its name where none is given; in Feast none
    counts that is not named. The event time decides nothing among rows of equal event time."""
    return created or timestamp
