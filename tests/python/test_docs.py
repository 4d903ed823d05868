"""docs/python.md: its Python blocks, one after another in one process."""

import re
import subprocess
import sys
from pathlib import Path

from harness import places

PAGE = (places.ROOT / "docs/python.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)
PROMISED = re.compile(r"^(?P<expression>[^#\n]+?)  # (?P<value>[\[({].*)$", re.M)


def run_script(path: Path, text: str) -> str:
    path.write_text(text)
    done = subprocess.run(
        [sys.executable, path], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_blocks_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    assert len(BLOCKS) == 11
    checked = scripts = 0
    for block in BLOCKS:
        block = block.replace("/tmp/warehouse", f"{tmp_path}/warehouse")
        exec(compile(block, "docs", "exec"), names)
        if "__main__" in block:
            assert run_script(tmp_path / "rates.py", block) == "1.2\n"
            scripts += 1
        for promise in PROMISED.finditer(block):
            if "=" in promise["expression"] or "..." in promise["value"]:
                continue
            assert repr(eval(promise["expression"], names)) == promise["value"]
            checked += 1
    assert checked == 2 and scripts == 1


README = (places.ROOT / "README.md").read_text()


def test_the_readme_runs(own_server, capsys):
    """Its Python blocks against a server that was just started; they print what they say."""
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.M | re.S)
    assert len(blocks) == 3
    names: dict = {}
    for block in blocks:
        exec(
            compile(block.replace("http://127.0.0.1:8181", own_server.uri), "readme", "exec"), names
        )
        promised = re.findall(r"^# (\[.*)$", block, re.M)
        assert capsys.readouterr().out.splitlines() == promised
