"""The whole of a small catalog as one comparable value, and what must always hold of it."""

from harness.catalog import Catalog
from harness.files import path_of, read_metadata

State = dict[tuple, object]


def observe(catalog: Catalog, ns: tuple[str, ...]) -> State:
    """Every namespace, table and view below `ns`: key to properties or to the loaded object."""
    state: State = {}
    _add_namespace(catalog, ns, state)
    return state


def _add_namespace(catalog: Catalog, ns: tuple[str, ...], state: State) -> None:
    answer = catalog.client.get(catalog.path(ns), expect=200).json
    state[("namespace", *ns)] = answer["properties"]
    for name in catalog.tables(ns):
        state[("table", *ns, name)] = catalog.load(ns, name)
    for name in catalog.views(ns):
        state[("view", *ns, name)] = catalog.load_view(ns, name)
    query = {"parent": "\x1f".join(ns)}
    for child in catalog.client.get("namespaces", query=query, expect=200).json["namespaces"]:
        _add_namespace(catalog, tuple(child), state)


def check_invariants(state: State) -> None:
    """A committed pointer names a complete file; histories are unbroken."""
    for key, loaded in state.items():
        if key[0] == "namespace":
            continue
        stored = read_metadata(loaded["metadata-location"])
        for field, value in loaded["metadata"].items():
            assert stored[field] == value, f"{key}: {field} in the file is not what is served"
        if key[0] == "table":
            check_history(key, loaded["metadata"])


def check_history(key: tuple, metadata: dict) -> None:
    snapshots = sorted(metadata.get("snapshots", []), key=lambda s: s["sequence-number"])
    numbers = [snapshot["sequence-number"] for snapshot in snapshots]
    assert numbers == list(range(1, len(numbers) + 1)), key
    ids = [snapshot["snapshot-id"] for snapshot in snapshots]
    parents = [snapshot.get("parent-snapshot-id") for snapshot in snapshots]
    assert parents == [None, *ids][: len(ids)], key
    for entry in metadata.get("metadata-log", []):
        assert path_of(entry["metadata-file"]).is_file(), entry


def changed(before: State, after: State) -> set[tuple]:
    keys = before.keys() | after.keys()
    return {key for key in keys if before.get(key) != after.get(key)}
