"""One SQL catalog, in a SQLite file or a PostgreSQL database: how each program is told of it."""

import json
import os
import sqlite3
import subprocess
from pathlib import Path

from harness import places

TIMEOUT_S = 60
NAME = "shared"


class OneFile:
    """The file `catalog.db` and the warehouse beside it."""

    def __init__(self, folder: Path):
        self.database = folder / "catalog.db"
        self.warehouse = f"file://{folder}/warehouse"

    @property
    def uri(self) -> str:
        """For Firn and PyIceberg."""
        return f"sqlite:///{self.database}"

    def java_properties(self) -> dict[str, str]:
        """For JdbcCatalog."""
        return {"uri": f"jdbc:sqlite:{self.database}"}

    def firn(self, *arguments: object, expect: int = 0):
        """Run a command with --json on the catalog; what it printed."""
        catalog = f"{self.uri}?warehouse={self.warehouse}&name={NAME}"
        command = [places.firn_binary(), *arguments, "--catalog", catalog, "--json"]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("FIRN_")}
        done = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            env=environment,
        )
        assert done.returncode == expect, f"{command}: {done}"
        return json.loads(done.stdout) if expect == 0 else None

    def tables(self, namespace: str) -> list[str]:
        return self.listed("table", namespace)

    def views(self, namespace: str) -> list[str]:
        return self.listed("view", namespace)

    def listed(self, kind: str, namespace: str) -> list[str]:
        listed = self.firn(kind, "list", namespace)["identifiers"]
        return [".".join([*item["namespace"], item["name"]]) for item in listed]

    def rows(self, query: str) -> list[tuple]:
        with sqlite3.connect(self.database) as connection:
            return connection.execute(query).fetchall()


class OnePostgres(OneFile):
    """A database of its own in a cluster; the warehouse is a folder."""

    def __init__(self, folder: Path, cluster):
        super().__init__(folder)
        self.cluster = cluster
        self.database = cluster.make_database()

    @property
    def uri(self) -> str:
        user = f"{self.cluster.user}:{self.cluster.password}"
        return f"postgresql+psycopg2://{user}@127.0.0.1:{self.cluster.port}/{self.database}"

    def java_properties(self) -> dict[str, str]:
        return {
            "uri": f"jdbc:postgresql://127.0.0.1:{self.cluster.port}/{self.database}",
            "jdbc.user": self.cluster.user,
            "jdbc.password": self.cluster.password,
        }

    def rows(self, query: str) -> list[tuple]:
        return self.cluster.run(self.database, query)


def make_one(kind: str, folder: Path, request) -> OneFile:
    """`sqlite`, or `postgresql` in the cluster of the fixture `postgres`."""
    if kind == "sqlite":
        return OneFile(folder)
    return OnePostgres(folder, request.getfixturevalue("postgres"))
