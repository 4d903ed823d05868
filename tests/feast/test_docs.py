"""docs/feast.md and the example do what they say."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from firn.feast import IcebergOfflineStoreConfig, IcebergSource

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "feast.md").read_text()
EXAMPLE = ROOT / "examples" / "iceberg-local"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)


def table(name: str) -> list[list[str]]:
    text = PAGE.split(f"<!-- {name}:begin -->")[1].split(f"<!-- {name}:end -->")[0]
    rows = [line.strip("|").split("|") for line in text.strip().splitlines()[2:]]
    return [[cell.strip() for cell in row] for row in rows]


def test_the_blocks_of_python_run_one_after_the_other(tmp_path, monkeypatch, capsys):
    shortest = blocks("yaml")[0]
    (tmp_path / "feature_store.yaml").write_text(shortest)
    monkeypatch.chdir(tmp_path)
    code = blocks("python")
    assert len(code) >= 4
    exec(compile("\n".join(code), "docs/feast.md", "exec"), {})
    assert "conv_rate" in capsys.readouterr().out


@pytest.mark.parametrize("page", ["README.md", "docs/feast.md"])
def test_the_versions_are_those_that_are_tested(page):
    """Of Feast and Arrow here and of Python as ./test finds it on Debian 12; others are refused by
    pip, or expected to work."""
    text = " ".join((ROOT / page).read_text().split())
    tested = re.search(
        r"Tested with Python (3\.\d+), Feast ([\d.]+\d) and pyarrow ([\d.]+\d)", text
    )
    requirements = (ROOT / "tests" / "feast" / "requirements.txt").read_text()
    pinned = dict(re.findall(r"^(feast|pyarrow)==(.*)$", requirements, re.M))
    assert tested.group(2, 3) == (pinned["feast"], pinned["pyarrow"])
    assert tested.group(2, 3) == (version("feast"), version("pyarrow"))
    project = tomllib.loads((ROOT / "python" / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == f">={tested[1]}"
    assert f"feast=={tested[2].rpartition('.')[0]}.*" in project["optional-dependencies"]["feast"]
    assert f"pyarrow=={tested[3].rpartition('.')[0]}.*" in project["dependencies"]


def test_the_blocks_of_yaml_are_settings(monkeypatch):
    sections = [yaml.safe_load(block) for block in blocks("yaml")]
    stores = [section["offline_store"] for section in sections if "offline_store" in section]
    assert [store["type"] for store in stores].count("remote") == 1
    configs = [IcebergOfflineStoreConfig(**store) for store in stores if store["type"] != "remote"]
    assert [config.catalog_type for config in configs] == ["sql", "rest", "rest"]
    assert [config.engine for config in configs] == ["firn", "firn", "spark"]
    engines = [section["batch_engine"]["type"] for section in sections if "batch_engine" in section]
    assert engines == ["iceberg.engine"]


def test_the_keys_are_those_of_the_code():
    written = [row[0].strip("`") for row in table("keys")]
    assert written == list(IcebergOfflineStoreConfig.model_fields)
    for key, *_, default in table("keys")[1:]:
        value = IcebergOfflineStoreConfig.model_fields[key.strip("`")].get_default(
            call_default_factory=True
        )
        if isinstance(value, str):
            assert default == f"`{value}`"


def test_the_arguments_are_those_of_the_code():
    import inspect

    page = PAGE.split("## IcebergSource")[1].split("\n## ")[0]
    written = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", page, re.M)))
    arguments = inspect.signature(IcebergSource.__init__).parameters
    assert written == [name for name in arguments if name not in ("self", "unknown")]


def test_the_example_runs(tmp_path):
    folder = tmp_path / "example"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("data", "__pycache__"))
    start = (ROOT / "python" / "startup" / "firn_feast.pth").read_text()
    code = f"{start}\nimport runpy\nrunpy.run_path('run_example.py', run_name='__main__')"
    path = os.pathsep.join([str(ROOT / "python" / "startup"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.path.insert(0, '.')\n" + code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "the values are as expected"


@pytest.mark.parametrize("name", ["README.md", "feature_store.yaml", "features.py"])
def test_the_example_is_whole(name):
    assert (EXAMPLE / name).is_file()
