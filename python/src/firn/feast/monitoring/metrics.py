"""What Feast's MetricsCalculator tells of a column, of values that it cannot take too.

Numbers are computed as float64. NaN and infinities are values, not nulls, but no statistic can be
made of them: means, percentiles and bins are those of the finite values. Lists, maps and structs
have counts alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from feast.monitoring.monitoring_utils import (
    empty_categorical_metric,
    empty_numeric_metric,
    opt_float,
)

PERCENTILES = {"p50": 0.50, "p75": 0.75, "p90": 0.90, "p95": 0.95, "p99": 0.99}


def numeric(name: str, column: pa.ChunkedArray, bins: int) -> dict[str, Any]:
    """Errors: ValueError naming the feature where the column is text that is no number, or is of a
    type that holds none."""
    metric = empty_numeric_metric(name) | _counts(column)
    if pa.types.is_nested(column.type):
        return metric
    values = _floats(name, column)
    if len(values) == 0:
        return metric
    bounds = pc.min_max(values).as_py()
    metric |= {
        "mean": opt_float(pc.mean(values).as_py()),
        "stddev": opt_float(pc.stddev(values, ddof=1).as_py()),
        "min_val": bounds["min"],
        "max_val": bounds["max"],
        "histogram": _bins(values.to_numpy(), bins),
    }
    percentiles = pc.quantile(values, q=list(PERCENTILES.values())).to_pylist()
    return metric | dict(zip(PERCENTILES, percentiles, strict=True))


def categorical(name: str, column: pa.ChunkedArray, top_n: int) -> dict[str, Any]:
    """Of values that are equally frequent the smallest come first."""
    metric = empty_categorical_metric(name) | _counts(column)
    values = _decoded(column).drop_null()
    if len(values) == 0 or pa.types.is_nested(column.type):
        return metric
    counted = pc.value_counts(values)
    entries = pa.table({"value": counted.field("values"), "count": counted.field("counts")})
    entries = entries.sort_by([("count", "descending"), ("value", "ascending")])
    shown = entries.slice(0, top_n).to_pylist()
    others = pc.sum(entries["count"].slice(top_n)).as_py()
    metric["histogram"] = {
        "values": [entry | {"value": _json(entry["value"])} for entry in shown],
        "other_count": others or 0,
        "unique_count": entries.num_rows,
    }
    return metric


def _counts(column: pa.ChunkedArray) -> dict[str, Any]:
    rows, nulls = len(column), column.null_count
    return {"row_count": rows, "null_count": nulls, "null_rate": nulls / rows if rows else 0.0}


def _floats(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The finite values. Of whole numbers beyond 2^53 the nearest."""
    try:
        values = _decoded(column).drop_null().cast(pa.float64(), safe=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ValueError(
            f"feature {name}: its column holds {column.type}, of which there are no numeric "
            f"metrics; give the feature a type that is no number: {error}"
        ) from None
    return values.filter(pc.is_finite(values))


def _bins(values: np.ndarray, bins: int) -> dict[str, Any]:
    """One bin where float64 has not as many numbers between the least and the largest."""
    try:
        with np.errstate(all="ignore"):
            counts, edges = np.histogram(values, bins=bins)
    except ValueError:
        counts, edges = np.array([len(values)]), np.array([values.min(), values.max()])
    with np.errstate(over="ignore"):
        width = opt_float(edges[1] - edges[0])
    return {"bins": edges.tolist(), "counts": counts.tolist(), "bin_width": width}


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    return column


def _json(value: Any) -> Any:
    """As it is where JSON has it, else as text."""
    return value if isinstance(value, bool | int | str) else str(value)
