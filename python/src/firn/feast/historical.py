"""Training sets: the rows of an entity frame, of a query or of a window of time, with features."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from feast.infra.offline_stores.offline_store import RetrievalMetadata
from feast.utils import (
    _get_requested_on_demand_feature_views,
    _parse_feature_ref,
    compute_non_entity_date_range,
)

import firn
from firn.feast.answers import Answer, Column
from firn.feast.engines import EngineRows, engine_of
from firn.feast.entity_query import EntityQuery
from firn.feast.frames import EVENT_TIMESTAMP, EntityFrame
from firn.feast.retrieval_job import IcebergRetrievalJob
from firn.feast.times import utc
from firn.feast.views import column_type, join_keys, joined_view, output_name, source_of

if TYPE_CHECKING:
    from feast import FeatureView
    from feast.infra.registry.base_registry import BaseRegistry
    from feast.repo_config import RepoConfig


class Historical:
    """The features that are wanted, by view, and what they are called in the answer."""

    def __init__(
        self,
        config: RepoConfig,
        feature_views: list[FeatureView],
        full_feature_names: bool,
        created_later: str,
    ) -> None:
        self.config = config
        self.created_later = created_later
        self._full_feature_names = full_feature_names
        self._by_name = {view.projection.name_to_use(): view for view in feature_views}
        # Of each view: name in the answer -> the view's own.
        self.features: dict[FeatureView, dict[str, str]] = {}
        # Names in the answer, in the order asked for.
        self.outputs: list[str] = []
        for view in feature_views:
            source_of(view)

    def add(self, view_name: str, feature: str) -> bool:
        """False where no view has that name."""
        view = self._by_name.get(view_name)
        if view is None:
            return False
        output = output_name(view, feature, self._full_feature_names)
        self.features.setdefault(view, {})[output] = feature
        if output not in self.outputs:
            self.outputs.append(output)
        return True

    def keys(self) -> list[str]:
        """Entity columns of all views, each once."""
        return list(dict.fromkeys(key for view in self.features for key in join_keys(view)))

    def join(self, frame: EntityFrame) -> Answer:
        """The frame's rows in its order: its columns, then the features."""
        frame.require([*self.keys(), frame.event_timestamp])
        tables = self._tables()
        for view in self.features:
            for key, column in join_keys(view).items():
                frame.fit_key(key, column_type(view, tables[view], column))
        rows = self._joined(frame.table, tables, event_timestamp=frame.event_timestamp)
        return self._ordered(rows, frame.table.column_names, tables)

    def window(self, start: datetime, end: datetime) -> Answer:
        """Without entities: of one view every row in [start, end]; of several, and where rows that
        were created later do not count, the features as they were at every key and time that any
        of them has there."""
        if len(self.features) == 1:
            view, features = next(iter(self.features.items()))
            if self.created_later == "counts" or not source_of(view).created_column():
                return self._rows(view, features, start, end)
        tables = self._tables()
        rows = self._joined(
            None, tables, event_timestamp=EVENT_TIMESTAMP, start=utc(start), end=utc(end)
        )
        return self._ordered(rows, [EVENT_TIMESTAMP, *self.keys()], tables)

    def _tables(self) -> dict[FeatureView, firn.Table]:
        """Each loaded once, so that views of one table see one state of it, unless they are pinned
        to others."""
        loaded: dict[tuple, firn.Table] = {}
        for view in self.features:
            source = source_of(view)
            if source.state not in loaded:
                loaded[source.state] = source.load(self.config)
        return {view: loaded[source_of(view).state] for view in self.features}

    def _joined(
        self, entities: pa.Table | None, tables: dict[FeatureView, firn.Table], **options: Any
    ) -> EngineRows:
        views = [
            joined_view(view, tables[view], features, self.created_later)
            for view, features in self.features.items()
        ]
        return engine_of(self.config).join(entities, views, **options)

    def _ordered(
        self, rows: EngineRows, entity_columns: list[str], tables: dict[FeatureView, firn.Table]
    ) -> Answer:
        """Entity columns, then features in the order asked for, as Feast reads them."""
        declared = {
            output: column_type(view, tables[view], source_of(view).column_of(feature))
            for view, features in self.features.items()
            for output, feature in features.items()
        }
        place = rows.schema.get_field_index
        return Answer(
            rows,
            [Column(place(name), name) for name in entity_columns]
            + [Column(place(name), name, declared[name]) for name in self.outputs],
        )

    def _rows(
        self, view: FeatureView, features: dict[str, str], start: datetime, end: datetime
    ) -> Answer:
        """Time, keys and features of the rows in the window."""
        source = source_of(view)
        table = source.load(self.config)
        schema = table.schema.to_arrow()
        timestamp = source.timestamp_column(schema)
        source.check_column(timestamp, schema, f"feature view {view.name}")
        named = join_keys(view)
        for output, feature in features.items():
            if output == EVENT_TIMESTAMP or output in named:
                # As joins have it.
                raise firn.InvalidArgumentError(
                    f"Two columns of the answer would be named {output}: ask for full feature names"
                )
            named[output] = source.column_of(feature)
        declared = {name: column_type(view, table, column) for name, column in named.items()}
        wanted = list(dict.fromkeys([timestamp, *named.values()]))
        rows = engine_of(self.config).window(table, wanted, timestamp, start=start, end=end)
        place = rows.schema.get_field_index
        return Answer(
            rows,
            [Column(place(timestamp), EVENT_TIMESTAMP, instant=True)]
            + [Column(place(named[name]), name, declared[name]) for name in named],
            tables={view.projection.name_to_use(): table},
        )


def historical_features(
    config: RepoConfig,
    feature_views: list[FeatureView],
    feature_refs: list[str],
    entity_df: Any,
    registry: BaseRegistry,
    project: str,
    full_feature_names: bool = False,
    *,
    start_date: datetime | None = None,
    end_date: datetime | None = None,
    filter_by_created_timestamp: bool = False,
) -> IcebergRetrievalJob:
    """The job; nothing is read yet. Errors: what can be told of the request alone."""
    on_demand = _get_requested_on_demand_feature_views(feature_refs, project, registry)
    on_demand_names = {view.projection.name_to_use() for view in on_demand}
    created_later = "does-not" if filter_by_created_timestamp else "counts"
    request = Historical(config, feature_views, full_feature_names, created_later)
    for ref in feature_refs:
        name, version, feature = _parse_feature_ref(ref)
        view_name = name if version is None else f"{name}@v{version}"
        if not request.add(view_name, feature) and view_name not in on_demand_names:
            raise ValueError(f"feature {ref}: there is no feature view {view_name}")
    compute, metadata = _planned(request, feature_refs, entity_df, start_date, end_date)
    return IcebergRetrievalJob(
        compute,
        config=config,
        full_feature_names=full_feature_names,
        on_demand_feature_views=on_demand,
        metadata=metadata,
    )


def _planned(
    request: Historical,
    feature_refs: list[str],
    entity_df: Any,
    start_date: datetime | None,
    end_date: datetime | None,
) -> tuple[Callable[[], Answer], Callable[[], RetrievalMetadata]]:
    if entity_df is None:
        start, end = compute_non_entity_date_range(list(request.features), start_date, end_date)
        keys = request.keys()
        return (
            lambda: request.window(start, end),
            lambda: RetrievalMetadata(feature_refs, keys, start, end),
        )
    if isinstance(entity_df, str):
        query = EntityQuery(request.config, entity_df)
        return (
            lambda: request.join(query.frame()),
            lambda: _metadata_of(feature_refs, query.frame()),
        )
    frame = EntityFrame(entity_df)
    frame.require([*request.keys(), frame.event_timestamp])
    return (lambda: request.join(frame), lambda: _metadata_of(feature_refs, frame))


def _metadata_of(feature_refs: list[str], frame: EntityFrame) -> RetrievalMetadata:
    return RetrievalMetadata(feature_refs, frame.keys(), *frame.time_bounds())
