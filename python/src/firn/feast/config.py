"""The `offline_store` section of feature_store.yaml, and what is shown of it.

Secrets: values of `storage_options` and `spark_conf`, and passwords in `uri`, are kept out of repr,
errors and logs.
"""

from __future__ import annotations

import difflib
import re
from typing import Any, Literal

from _firn_feast_hook import shown
from feast.errors import FeastError
from feast.repo_config import FeastConfigBaseModel
from pydantic import ConfigDict, Field, StrictStr, ValidationError, field_validator

REQUIRED_KEYS = {
    "sql": (),
    "rest": ("uri",),
    "glue": ("warehouse",),
    "hive": ("uri",),
}
SIZE_UNITS = {"": 1, "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}


class IcebergConfigError(FeastError):
    """A setting that cannot be used. Not a ValueError on purpose: pydantic would print the whole
    section, secrets and all, around the message of one."""


class IcebergOfflineStoreConfig(FeastConfigBaseModel):
    """Where the tables are and how they are read. Without any key: a SQLite catalog and a warehouse
    of local files below `data/` of the feature repository."""

    model_config = ConfigDict(hide_input_in_errors=True)

    type: Literal["iceberg", "firn.feast.IcebergOfflineStore"] = "iceberg"
    """Selects this store."""

    catalog_type: Literal["sql", "rest", "glue", "hive"] = "sql"
    """Kind of catalog."""

    catalog_name: StrictStr | None = None
    """Which catalog in a SQL file or of a profile; without it the only one there is."""

    uri: StrictStr | None = None
    """Of the catalog. `sql`: `sqlite:///data/catalog.db` below the repository where not set."""

    warehouse: StrictStr | None = None
    """Where new tables lie, or the name that a REST catalog knows. `sql`: `data/warehouse` below
    the repository where not set."""

    namespace: StrictStr = "default"
    """Of table identifiers that name none."""

    storage_options: dict[str, str] = Field(default_factory=dict)
    """Further properties of the catalog and the object store: `s3.endpoint`, `token`, ..."""

    engine: Literal["firn", "spark"] = "firn"
    """What computes: Firn in this process, or Spark over the same catalog."""

    spark_conf: dict[str, str] = Field(default_factory=dict)
    """`engine: spark`: properties of the Spark session, `spark.master` for one."""

    memory_limit: int | None = None
    """Bytes that a part of a join may hold, 16 MiB at least: a number, or text such as `4GiB`.
    Joins then come part by part; without it an answer is in memory whole."""

    def __init__(self, **settings: Any) -> None:
        unknown = [key for key in settings if key not in type(self).model_fields]
        if unknown:
            raise IcebergConfigError(_unknown_key(unknown[0], list(type(self).model_fields)))
        try:
            super().__init__(**settings)
        except ValidationError as error:
            raise IcebergConfigError(_first_message(error)) from None
        missing = [key for key in REQUIRED_KEYS[self.catalog_type] if not getattr(self, key)]
        if missing:
            raise IcebergConfigError(
                f"offline_store: catalog_type {self.catalog_type} needs the key {missing[0]}"
            )

    @field_validator("storage_options", "spark_conf", mode="before")
    @classmethod
    def _texts(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            key: str(item).lower() if isinstance(item, bool) else str(item)
            for key, item in value.items()
        }

    @field_validator("storage_options")
    @classmethod
    def _others(cls, value: dict[str, str]) -> dict[str, str]:
        for key in ("type", "uri", "warehouse"):
            if key in value:
                raise ValueError(f"{key} is no option: it has a key of its own")
        return value

    @field_validator("spark_conf")
    @classmethod
    def _of_spark(cls, value: dict[str, str]) -> dict[str, str]:
        for key in value:
            if not key.startswith("spark."):
                raise ValueError(f"{key} is no property of Spark: they begin with spark.")
        return value

    @field_validator("memory_limit", mode="before")
    @classmethod
    def _bytes(cls, value: Any) -> Any:
        return parse_size(value) if isinstance(value, str) else value

    @field_validator("memory_limit")
    @classmethod
    def _positive(cls, value: int | None) -> int | None:
        if value is not None and value <= 0:
            raise ValueError("is not a size above 0")
        return value

    def __repr_args__(self):
        return list(shown(dict(super().__repr_args__())).items())


# Feast finds the store's class in the module of its configuration.
IcebergOfflineStoreConfig.__module__ = "firn.feast"


def parse_size(text: str) -> int:
    """Bytes of `1073741824`, `512MiB`, `4 GiB`."""
    match = re.fullmatch(r"\s*(\d+)\s*([kmgt]ib)?\s*", text, re.IGNORECASE)
    if match is None:
        raise ValueError("is no size: write bytes, or KiB, MiB, GiB or TiB behind a whole number")
    return int(match[1]) * SIZE_UNITS[(match[2] or "").lower()]


def _unknown_key(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(str(key), known, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]}?" if near else f"; keys are {', '.join(known)}"
    return f"offline_store: unknown key {key}{hint}"


def _first_message(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"offline_store: {place}: {first['msg'].removeprefix('Value error, ')}"
