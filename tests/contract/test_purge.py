"""What a purge deletes, what it leaves and counts, and that it comes to an end."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from harness import bodies, places
from harness.catalog import Catalog
from harness.client import RestClient
from harness.files import path_of
from harness.server import FirnServer

NS = ("purge",)
TIMEOUT_S = 20


class Site:
    """A server whose data folder lies below a folder where tables may lie."""

    def __init__(self, folder: Path, document):
        self.folder = folder
        self.data = folder / "around" / "data"
        self.data.parent.mkdir()
        args = ("--storage-allowed-locations", f"file:{folder}")
        self.server = FirnServer(self.data, args=args).start()
        self.client = RestClient(self.server.uri, document)
        self.catalog = Catalog(self.client)
        self.catalog.make_namespace(*NS)

    def stop(self) -> None:
        self.client.wire.close()
        self.server.stop()

    def with_statistics(self, name: str, *paths: str, **changes) -> dict:
        """A table whose metadata names these files as its own; its metadata."""
        self.catalog.make_table(NS, name, **changes)
        for path in paths:
            snapshot = self.catalog.append(NS, name)["current-snapshot-id"]
            self.catalog.commit(NS, name, [statistics(snapshot, path)])
        return self.catalog.metadata(NS, name)

    def purge(self, name: str) -> dict:
        """Drop with purge; the job once it is done."""
        path = self.catalog.path(NS, "tables", name)
        self.client.delete(path, query={"purgeRequested": "true"}, expect=204)
        deadline = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline:
            answer = self.client.wire.send("GET", "/management/v1/jobs?limit=1", None, {})
            (job,) = answer.json["jobs"]
            if job["state"] == "done":
                return job["progress"]
            time.sleep(0.02)
        raise AssertionError(f"after {TIMEOUT_S} s: {job}")


def statistics(snapshot: int, path: str) -> dict:
    body = {
        "snapshot-id": snapshot,
        "statistics-path": path,
        "file-size-in-bytes": 1,
        "file-footer-size-in-bytes": 1,
        "blob-metadata": [],
    }
    return {"action": "set-statistics", "snapshot-id": snapshot, "statistics": body}


@pytest.fixture
def site(tmp_path, document):
    if places.external_uri():
        pytest.skip("needs a server of its own, and FIRN_TEST_URI names a shared one")
    site = Site(tmp_path, document)
    yield site
    site.stop()


def test_the_servers_own_files_stay(site):
    data = site.data
    (site.folder / "link").symlink_to("around/data")
    own = ["firn.db", "firn.db-wal", "firn.db-shm", "firn.db.lock", "firn.lock"]
    paths = [f"file:{data}/{name}" for name in own] + [f"{site.folder}/link/firn.db"]
    location = f"file:{site.folder}/t"
    progress = site.with_statistics("t", *paths, location=location) and site.purge("t")
    assert progress["files-left-outside"] + progress["files-out-of-reach"] == len(paths)
    # Also where the table lies around them, or declares their folder its own.
    paths = [f"file:{data}/{name}" for name in own]
    site.with_statistics("u", *paths, location=f"file:{data.parent}")
    assert site.purge("u")["files-out-of-reach"] == len(paths)
    properties = {"write.data.path": f"file:{data}", "write.metadata.path": f"file:{site.folder}/m"}
    site.with_statistics("w", *paths, location=f"{location}2", properties=properties)
    assert site.purge("w")["files-left-outside"] == len(paths)
    assert all((data / name).exists() for name in own)
    with closing(sqlite3.connect(data / "firn.db")) as connection:
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
    site.catalog.make_namespace("after")


def test_the_data_folder_is_no_place_for_a_table(site):
    path = site.catalog.path(NS, "tables")
    for place in (site.data, site.data / "t", site.data / "firn.db-wal"):
        location = f"file:{place}"
        site.client.post(path, bodies.create_table("t", location=location), expect={400, 403})
        body = bodies.create_table("t", location=location, **{"stage-create": True})
        site.client.post(path, body, expect={400, 403})
        register = {"name": "t", "metadata-location": location}
        site.client.post(site.catalog.path(NS, "register"), register, expect={400, 403})
    assert site.catalog.tables(NS) == []
    site.catalog.make_table(NS, "there")
    site.catalog.make_view(NS, "there-too")
    own = f"file:{site.data}/own"
    move = {"requirements": [], "updates": [{"action": "set-location", "location": own}]}
    for kind, body in (
        ("views", bodies.create_view("v", location=own)),
        ("register-view", {"name": "v", "metadata-location": own}),
        ("tables/there", move),
        ("views/there-too", move),
    ):
        options = {"expect": 403, "error": "ForbiddenException"}
        site.client.post(f"{site.catalog.path(NS)}/{kind}", body, **options)
    assert not (site.data / "t").exists()


def test_files_from_elsewhere_stay(site):
    """As after add_files of one file into two tables."""
    shared = site.folder / "raw" / "x.parquet"
    shared.parent.mkdir()
    shared.write_text("x")
    site.with_statistics("b", f"file://{shared}")
    site.with_statistics("a", f"file://{shared}")
    progress = site.purge("a")
    assert progress["files-left-outside"] == 1
    assert shared.exists()


@pytest.mark.parametrize(
    "name", ["write.data.path", "write.object-storage.path", "write.folder-storage.path"]
)
def test_a_folder_for_data_is_nobodys_alone(site, name):
    """Other tables may write there too, and no one knows: nothing records whose files they are."""
    shared = site.folder / "common" / "f.parquet"
    shared.parent.mkdir()
    shared.write_text("x")
    properties = {name: f"file:{shared.parent}"}
    site.with_statistics("b", f"file:{shared}", properties=properties)
    site.with_statistics("a", f"file:{shared}", properties=properties)
    progress = site.purge("a")
    assert progress["files-left-outside"] == 1
    assert shared.exists()


def test_a_folder_for_data_below_the_table_is_its_own(site):
    location = site.folder / "t"
    file = location / "elsewhere" / "f.parquet"
    properties = {"write.data.path": f"file:{file.parent}"}
    site.with_statistics("t", f"file:{file}", location=f"file:{location}", properties=properties)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x")
    assert site.purge("t")["files-left-outside"] == 0
    assert not location.exists()


def test_files_that_others_use_stay(site):
    inside = f"file:{site.folder}/t"
    elsewhere = f"file:{site.folder}/shared-metadata"
    shared = {"write.metadata.path": elsewhere}
    site.catalog.make_table(NS, "other", properties=shared)
    other = site.catalog.load(NS, "other")["metadata-location"]
    view = site.catalog.make_view(NS, "v", location=f"{inside}/view")["metadata-location"]
    apart = {"write.metadata.path": f"{inside}/meta"}
    site.catalog.make_view(NS, "w", location=f"file:{site.folder}/w", properties=apart)
    second = site.catalog.load_view(NS, "w")["metadata-location"]
    site.with_statistics("t", other, view, second, location=inside, properties=shared)
    progress = site.purge("t")
    assert (progress["files-in-use"], progress["files-left-outside"]) == (2, 1)
    assert all(path_of(location).exists() for location in (other, view, second))
    site.catalog.load(NS, "other")
    site.catalog.load_view(NS, "v")
    site.catalog.load_view(NS, "w")


@pytest.mark.parametrize("path", ["hdfs://nn/x", "s3://bucket/x", "relative", "/etc/x", "x:"])
def test_what_is_out_of_reach_is_counted(site, path):
    location = site.with_statistics("t", path)["location"]
    progress = site.purge("t")
    assert progress["files-out-of-reach"] + progress["files-left-outside"] == 1
    assert not path_of(location).exists()


def test_own_folders_outside_the_location_are_emptied(site):
    meta = site.folder / "meta" / "t"
    properties = {"write.metadata.path": f"file:{meta}"}
    stray = site.folder / "meta" / "t" / "deep" / "stats.puffin"
    site.with_statistics("t", f"file:{stray}", properties=properties)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_text("x")
    progress = site.purge("t")
    assert progress["files-left-outside"] == 0
    assert not meta.exists()


def test_a_table_that_moved_takes_its_former_files_along(site):
    first = site.folder / "first"
    file = first / "data" / "stats.puffin"
    site.with_statistics("t", f"file:{file}", location=f"file:{first}")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x")
    move = {"action": "set-location", "location": f"file:{site.folder}/second"}
    site.catalog.commit(NS, "t", [move])
    progress = site.purge("t")
    assert progress["files-left-outside"] == 0
    assert not first.exists()
    assert not (site.folder / "second").exists()


def test_folders_go_when_they_are_empty(site):
    location = path_of(site.with_statistics("t")["location"])
    kept = location.with_name("kept")
    site.catalog.make_table(NS, "kept", location=f"file:{kept}")
    partition = location / "data" / "day=1"
    partition.mkdir()
    (kept / "data" / "foreign").write_text("x")
    site.purge("kept")
    assert (kept / "data" / "foreign").exists()
    assert not (kept / "metadata").exists()
    partition.rmdir()
    site.purge("t")
    assert not location.exists()
    assert location.parent.exists()
