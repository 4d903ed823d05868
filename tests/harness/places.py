"""Where things are: the repository, the binary under test, caches, the OpenAPI document."""

import contextlib
import fcntl
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def firn_binary() -> Path:
    return Path(os.environ.get("FIRN_BINARY") or ROOT / "build" / "release" / "firn").resolve()


def external_uri() -> str | None:
    """The address of a server that already runs, when the caller gave one."""
    uri = os.environ.get("FIRN_TEST_URI", "").rstrip("/")
    return uri or None


def default_warehouse() -> str:
    """Name of the warehouse that `firn serve --data DIR` makes."""
    return os.environ.get("FIRN_TEST_WAREHOUSE", "default")


def cache_folder() -> Path:
    folder = Path(os.environ.get("FIRN_CACHE") or Path.home() / ".cache" / "firn")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def maven_alone():
    """Suites run beside each other; two Mavens at one repository and one folder do not."""
    with (cache_folder() / "maven.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def openapi_document() -> Path | None:
    """The document is not part of the repository: None when it is not there."""
    given = os.environ.get("FIRN_ICEBERG_OPENAPI")
    candidates = [Path(given)] if given else _openapi_neighbours()
    return next((path for path in candidates if path.is_file()), None)


def _openapi_neighbours() -> list[Path]:
    name = Path("shared", "spec", "rest-catalog-open-api.yaml")
    return [folder / name for folder in ROOT.parents]
