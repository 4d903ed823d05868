"""Catalog operations in one line each, on top of the checking client."""

from harness import bodies
from harness.client import RestClient, segment
from harness.wire import Answer


class Catalog:
    """Namespaces are tuples of levels. Every method takes the client's `expect` and `error`."""

    def __init__(self, client: RestClient):
        self.client = client

    def path(self, namespace: tuple[str, ...], kind: str = "", name: str | None = None) -> str:
        path = f"namespaces/{segment(*namespace)}" + (f"/{kind}" if kind else "")
        return path if name is None else f"{path}/{segment(name)}"

    def make_namespace(self, *levels: str, properties: dict | None = None, **options) -> Answer:
        options.setdefault("expect", 200)
        body = {"namespace": list(levels), "properties": properties or {}}
        return self.client.post("namespaces", body, **options)

    def make_table(self, namespace, name: str, options: dict | None = None, **changes) -> dict:
        """Create a table; the LoadTableResult."""
        body = bodies.create_table(name, **changes)
        path = self.path(namespace, "tables")
        return self.client.post(path, body, **{"expect": 200, **(options or {})}).json

    def load(self, namespace, name: str, **options) -> dict:
        options.setdefault("expect", 200)
        return self.client.get(self.path(namespace, "tables", name), **options).json

    def metadata(self, namespace, name: str) -> dict:
        return self.load(namespace, name)["metadata"]

    def commit(self, namespace, name: str, updates: list, requirements=(), **options) -> dict:
        options.setdefault("expect", 200)
        body = {"requirements": list(requirements), "updates": updates}
        return self.client.post(self.path(namespace, "tables", name), body, **options).json

    def append(self, namespace, name: str, branch: str = "main") -> dict:
        """Commit one more snapshot; the new metadata."""
        body = bodies.append(self.metadata(namespace, name), branch)
        path = self.path(namespace, "tables", name)
        return self.client.post(path, body, expect=200).json["metadata"]

    def tables(self, namespace) -> list[str]:
        answer = self.client.get(self.path(namespace, "tables"), expect=200).json
        return sorted(identifier["name"] for identifier in answer["identifiers"])

    def views(self, namespace) -> list[str]:
        answer = self.client.get(self.path(namespace, "views"), expect=200).json
        return sorted(identifier["name"] for identifier in answer["identifiers"])

    def make_view(self, namespace, name: str, options: dict | None = None, **changes) -> dict:
        body = bodies.create_view(name, **changes)
        path = self.path(namespace, "views")
        return self.client.post(path, body, **{"expect": 200, **(options or {})}).json

    def load_view(self, namespace, name: str, **options) -> dict:
        options.setdefault("expect", 200)
        return self.client.get(self.path(namespace, "views", name), **options).json

    def replace_view(self, namespace, name: str, updates: list, requirements=(), **options):
        options.setdefault("expect", 200)
        body = {"requirements": list(requirements), "updates": updates}
        return self.client.post(self.path(namespace, "views", name), body, **options).json

    def drop(self, namespace, name: str, kind: str = "tables", **options) -> Answer:
        options.setdefault("expect", 204)
        return self.client.delete(self.path(namespace, kind, name), **options)

    def rename(self, kind: str, source: tuple, target: tuple, **options) -> Answer:
        """Source and target are (namespace, name); kind is `tables` or `views`."""
        options.setdefault("expect", 204)
        body = {"source": identifier(*source), "destination": identifier(*target)}
        return self.client.post(f"{kind}/rename", body, **options)

    def transaction(self, *changes: dict, **options) -> Answer:
        options.setdefault("expect", 204)
        body = {"table-changes": list(changes)}
        return self.client.post("transactions/commit", body, **options)


def identifier(namespace, name: str) -> dict:
    return {"namespace": list(namespace), "name": name}
