"""A PostgreSQL cluster of its own on loopback (postgres-cluster, beside this file)."""

import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg2

MISSING = 3


class Missing(RuntimeError):
    """PostgreSQL is not installed."""


class PostgresCluster:
    """A running server; it stops with `process`."""

    def __init__(self, folder: str):
        script = Path(__file__).with_name("postgres-cluster")
        self.process = subprocess.Popen(
            [script, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        words = self.process.stdout.readline().split()
        if not words:
            _, complaint = self.process.communicate()
            if self.process.returncode == MISSING:
                raise Missing(complaint.strip())
            raise RuntimeError(f"no PostgreSQL cluster: {complaint}")
        _, port, self.user, self.password = words
        self.port = int(port)
        self.databases = 0

    def make_database(self) -> str:
        """The name of a new, empty one."""
        self.databases += 1
        name = f"catalog{self.databases}"
        self.run("postgres", f"CREATE DATABASE {name}")
        return name

    def run(self, database: str, query: str) -> list[tuple]:
        """One statement in a transaction of its own; its rows."""
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=database,
        )
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def stop(self) -> None:
        self.process.communicate()


@contextmanager
def postgres_cluster():
    """A cluster in a fresh folder, which goes with it."""
    cluster = PostgresCluster(tempfile.mkdtemp(prefix="firn-postgresql-"))
    try:
        yield cluster
    finally:
        cluster.stop()
