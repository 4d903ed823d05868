"""Arrow batches as the rows that Feast's own online stores take: protobuf objects."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from feast.protos.feast.types.EntityKey_pb2 import EntityKey as EntityKeyProto
from feast.protos.feast.types.Value_pb2 import Value as ValueProto
from feast.type_map import python_values_to_proto_values

from firn.feast.types import instants

if TYPE_CHECKING:
    from feast import FeatureView

ProtoRow = tuple[EntityKeyProto, dict[str, ValueProto], datetime, datetime | None]


def proto_rows(batch: pa.RecordBatch, view: FeatureView) -> list[ProtoRow]:
    """Columns are named as the view names its entities, features and times."""
    keys = [column.name for column in view.entity_columns]
    key_values = zip(*(_values(batch, column) for column in view.entity_columns), strict=True)
    entity_keys = [EntityKeyProto(join_keys=keys, entity_values=values) for values in key_values]
    names = [field.name for field in view.features]
    by_feature = [_values(batch, field) for field in view.features]
    features = [dict(zip(names, row, strict=True)) for row in zip(*by_feature, strict=True)]
    source = view.batch_source
    times = _times(batch, source.timestamp_field)
    created = _times(batch, source.created_timestamp_column)
    return list(zip(entity_keys, features, times, created, strict=True))


def _values(batch: pa.RecordBatch, field: Any) -> list[ValueProto]:
    column = batch.column(field.name)
    # numpy would have whole numbers with nulls among them as floating ones, rounded.
    is_sparse = pa.types.is_integer(column.type) and column.null_count > 0
    if pa.types.is_timestamp(column.type):
        values = pc.floor_temporal(column, unit="second").to_pylist()
    elif is_sparse or pa.types.is_nested(column.type):
        values = _objects(column)
    else:
        values = column.to_numpy(zero_copy_only=False)
    return python_values_to_proto_values(values, field.dtype.to_value_type())


def _objects(column: pa.Array) -> list:
    values = column.to_pylist(maps_as_pydicts="lossy")
    return _in_seconds(values) if _lists_times(column.type) else values


def _lists_times(data_type: pa.DataType) -> bool:
    while pa.types.is_list(data_type):
        data_type = data_type.value_type
    return pa.types.is_timestamp(data_type)


def _in_seconds(value: Any) -> Any:
    """Feast keeps whole seconds; left to it, those before 1970 would be rounded up."""
    if isinstance(value, list):
        return [_in_seconds(item) for item in value]
    if isinstance(value, pd.Timestamp):
        return value.floor("s").to_pydatetime()
    return value and value.replace(microsecond=0)


def _times(batch: pa.RecordBatch, name: str) -> list[datetime | None]:
    if not name:
        return [None] * batch.num_rows
    return instants(batch.column(name)).to_pylist()
