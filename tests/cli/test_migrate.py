"""`firn admin migrate`: from the former schema, forward only, and never beside a server."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

# What version 2 of the schema brought, children first.
ADDED_BY_2 = [
    "grants", "role_members", "roles", "credentials", "principals", "security_epoch",
    "signing_keys", "leases", "plans",
]  # fmt: skip


@pytest.fixture
def data(own_server) -> Path:
    """The folder of a server that has been stopped."""
    own_server.stop()
    return own_server.data


def run_sql(data: Path, script: str) -> None:
    with closing(sqlite3.connect(data / "firn.db")) as connection:
        connection.executescript(script)


def to_version_1(data: Path) -> None:
    drops = "".join(f"DROP TABLE {table};" for table in ADDED_BY_2)
    drops += "DROP INDEX objects_by_metadata; ALTER TABLE objects DROP COLUMN metadata_key;"
    run_sql(data, drops + "DELETE FROM schema_version WHERE version > 1;")


def tables(data: Path) -> set[str]:
    with closing(sqlite3.connect(data / "firn.db")) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {row[0] for row in rows}


def test_a_former_database_is_tried_and_migrated(firn, data):
    to_version_1(data)
    tried = firn("admin", "migrate", "--dry-run", "--data", data, "--json").json
    latest = tried["to"]
    assert tried == {
        "database": str(data / "firn.db"), "from": 1, "to": latest, "dry-run": True,
    }  # fmt: skip
    assert "grants" not in tables(data)
    shown = firn("admin", "migrate", "--dry-run", "--data", data).out
    assert f"version 1 would become {latest}" in shown
    done = firn("admin", "migrate", "--data", data, "--json").json
    assert done == {**tried, "dry-run": False}
    assert set(ADDED_BY_2) <= tables(data)
    again = firn("admin", "migrate", "--data", data).out
    assert f"version {latest}, nothing to do" in again


def test_a_server_migrates_when_it_starts(firn, own_server):
    own_server.stop()
    to_version_1(own_server.data)
    own_server.start()
    own_server.stop()
    assert firn("admin", "migrate", "--data", own_server.data, "--json").json["from"] >= 2


def test_a_newer_database_is_refused(firn, own_server):
    own_server.stop()
    data = own_server.data
    run_sql(data, "INSERT INTO schema_version (version) VALUES (1000)")
    for command in (["admin", "migrate"], ["admin", "migrate", "--dry-run"], ["serve"]):
        answer = firn(*command, "--data", data, expect=1)
        assert "written by a newer Firn" in answer.err
        assert "1000" in answer.err
    made = firn("admin", "backup", "--data", data, data.parent / "x.db", "--json").json
    assert made["schema-version"] == 1000


def test_a_running_server_keeps_it_out(firn, own_server):
    for command in (["migrate"], ["migrate", "--dry-run"], ["backup", own_server.data / "x.db"]):
        answer = firn("admin", *command, "--data", own_server.data, expect=4)
        assert str(own_server.process.pid) in answer.err
    assert not (own_server.data / "x.db").exists()


def test_a_database_elsewhere_is_locked_too(firn, own_server, tmp_path):
    """The data folder is another, the database the same."""
    url = f"sqlite:{own_server.data / 'firn.db'}"
    other = tmp_path / "other"
    firn("admin", "migrate", "--database", url, "--data", other, expect=4)
    assert not other.exists()
    own_server.stop()
    assert firn("admin", "migrate", "--database", url, "--data", other, "--json").json["to"] >= 2
    assert not other.exists()


def test_settings_come_from_file_and_environment_too(firn, data, tmp_path):
    file = tmp_path / "firn.toml"
    file.write_text(f'[data]\ndir = "{data}"\n')
    firn("admin", "migrate", "--config", file)
    firn("admin", "migrate", env={"FIRN_DATA_DIR": str(data)})
