"""Arrow batches as the rows that Feast's own online stores take: protobuf objects."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
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
    if is_sparse or pa.types.is_nested(column.type) or pa.types.is_timestamp(column.type):
        values = column.to_pylist(maps_as_pydicts="lossy")
    else:
        values = column.to_numpy(zero_copy_only=False)
    return python_values_to_proto_values(values, field.dtype.to_value_type())


def _times(batch: pa.RecordBatch, name: str) -> list[datetime | None]:
    if not name:
        return [None] * batch.num_rows
    return instants(batch.column(name)).to_pylist()
