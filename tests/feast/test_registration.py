"""`type: iceberg` in feature_store.yaml: in processes that never imported firn."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import YAML

ROOT = Path(__file__).resolve().parents[2]
STARTUP = ROOT / "python" / "startup"
# What the wheel's .pth file does when Python starts.
START = (STARTUP / "firn_feast.pth").read_text()
LOAD = """
from pathlib import Path
from feast.repo_config import load_repo_config
config = load_repo_config(Path("."), Path("feature_store.yaml"))
"""


def run(code: str, folder: Path | None = None) -> str:
    """What a fresh Python prints."""
    path = os.pathsep.join([str(STARTUP), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "feature_store.yaml").write_text(YAML)
    return tmp_path


def test_the_short_name_is_known_where_firn_was_never_imported(folder):
    """And the hook is there once, until Feast is imported."""
    count = "print(sum(type(item).__module__ == '_firn_feast_hook' for item in sys.meta_path))\n"
    shown = "print('firn' in sys.modules, type(config.offline_store).__name__)"
    code = "import sys\n" + START + START + count + LOAD + count + shown
    assert run(code, folder).splitlines() == ["1", "0", "True IcebergOfflineStoreConfig"]


def test_starting_costs_no_import():
    code = START + (
        "import sys\nprint([name for name in ('feast', 'firn', 'pyarrow') if name in sys.modules])"
    )
    assert run(code) == "[]"


def test_what_feast_names_itself_stays_feasts():
    import types

    import _firn_feast_hook

    class RepoConfig:
        def __repr_args__(self):
            return []

    module = types.SimpleNamespace(
        OFFLINE_STORE_CLASS_FOR_TYPE={"iceberg": "feast.Theirs"},
        BATCH_ENGINE_CLASS_FOR_TYPE={},
        RepoConfig=RepoConfig,
    )
    _firn_feast_hook.teach(module)
    _firn_feast_hook.teach(module)
    assert module.OFFLINE_STORE_CLASS_FOR_TYPE == {"iceberg": "feast.Theirs"}
    assert module.BATCH_ENGINE_CLASS_FOR_TYPE == {
        "iceberg.engine": "firn.feast.IcebergComputeEngine"
    }


COMMANDS = """
import datetime as dt
import pyarrow as pa
from feast.cli.cli import cli

def feast(*words):
    cli(list(words), standalone_mode=False)

try:
    feast("apply")
except Exception as error:
    print("refused:", error)
else:
    raise SystemExit("applied without a table")

from firn.feast.catalogs import create_table
rows = pa.table({"driver_id": [1], "ts": [dt.datetime(2026, 11, 1)], "rate": [0.5]})
config.repo_path = Path(".").resolve()
create_table(config, "stats", rows.schema).append(rows)
feast("plan")
feast("apply")
feast("feature-views", "describe", "stats")
feast("teardown")
"""


def test_the_feast_command(folder):
    """`feast apply` and others read the settings before anything of the repository."""
    (folder / "features.py").write_text(
        """\
from feast import Entity, FeatureView, ValueType
from firn.feast import IcebergSource

driver = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64)
stats = FeatureView(
    name="stats", entities=[driver], source=IcebergSource(table_identifier="stats")
)
"""
    )
    printed = run(START + LOAD + COMMANDS, folder)
    assert "refused: Unable to find table at 'default.stats'" in printed
    assert "timestampField: ts" in printed
    assert "name: rate" in printed
