"""One metastore and one warehouse, as Firn, PyIceberg and others see them."""

import json
import os
import subprocess
import uuid

from pyiceberg.catalog import load_catalog

from harness import bodies, places

TIMEOUT_S = 120


class Lake:
    def __init__(self, uri: str, folder, more: dict[str, str] | None = None):
        self.warehouse = folder / "warehouse"
        self.warehouse.mkdir(exist_ok=True)
        self.warehouse_uri = f"file://{self.warehouse}"
        self.properties = {"type": "hive", "uri": uri, "warehouse": self.warehouse_uri}
        self.config = folder / f"{uuid.uuid4()}.toml"
        lines = [
            f'"{name}" = "{value}"' for name, value in {**self.properties, **(more or {})}.items()
        ]
        self.config.write_text("\n".join(["[catalogs.lake]", *lines]) + "\n")

    def pyiceberg(self):
        return load_catalog("lake", **self.properties)

    def run(self, *words: object) -> subprocess.CompletedProcess:
        command = [places.firn_binary(), *words, "--catalog", "lake", "--config", self.config]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("FIRN_")}
        return subprocess.run(
            [*map(str, command), "--json"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            env=environment,
        )

    def code(self, *words: object) -> int:
        """0, or 1 where others came first."""
        done = self.run(*words)
        assert done.returncode in (0, 1), done
        assert done.returncode == 0 or "came first" in done.stderr, done
        return done.returncode

    def firn(self, *words: object, expect: int = 0):
        """Run a command with --json; what it printed."""
        done = self.run(*words)
        assert done.returncode == expect, f"{words}: {done}"
        return json.loads(done.stdout) if expect == 0 and done.stdout else None

    def name(self, begin: str) -> str:
        """Of a database that no other test has; a metastore serves several."""
        return bodies.unique(begin).replace("-", "_").lower()

    def namespace(self) -> str:
        name = self.name("db")
        self.firn("namespace", "create", name)
        return name

    def tables(self, namespace: str) -> list[str]:
        return [item["name"] for item in self.firn("table", "list", namespace)["identifiers"]]

    def views(self, namespace: str) -> list[str]:
        return [item["name"] for item in self.firn("view", "list", namespace)["identifiers"]]

    def described(self, namespace: str, table: str):
        """As the metastore has it."""
        with self.pyiceberg()._client as client:
            return client.get_table(dbname=namespace, tbl_name=table)
