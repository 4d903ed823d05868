"""pytest plug-in: the server fixtures, the `--full` switch and one plain summary line a suite."""

import time
from pathlib import Path

import pytest

from harness import places
from harness.server import FirnServer, server_under_test


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="also the long and optional cases")


def pytest_configure(config):
    config.addinivalue_line("markers", "full: only with --full")
    config.firn_started = time.monotonic()


def pytest_collection_modifyitems(config, items):
    if config.getoption("--full"):
        return
    left_out = [item for item in items if item.get_closest_marker("full")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter, config):
    stats = terminalreporter.stats
    count = {kind: len(stats.get(kind, [])) for kind in ("passed", "failed", "error", "skipped")}
    bad = count["failed"] + count["error"]
    seconds = time.monotonic() - config.firn_started
    name = "+".join(sorted({_suite_of(arg) for arg in config.args}))
    found = count["passed"] + bad + count["skipped"]
    terminalreporter.write_line(
        f"{name}: {found} found, {count['passed']} passed, {bad} failed, "
        f"{count['skipped']} skipped, {seconds:.1f} s"
    )


def _suite_of(argument: str) -> str:
    path = Path(argument.split("::")[0]).resolve()
    tests = places.ROOT / "tests"
    return path.relative_to(tests).parts[0] if path != tests and tests in path.parents else "tests"


@pytest.fixture(scope="session")
def firn_server():
    """The server that the whole session talks to."""
    with server_under_test("tests") as server:
        yield server


@pytest.fixture
def own_server(tmp_path):
    """A server of this test alone, which it may stop, kill and start again."""
    if places.external_uri():
        pytest.skip("needs a server of its own, and FIRN_TEST_URI names a shared one")
    server = FirnServer(tmp_path / "data").start()
    yield server
    if server.alive():
        server.stop()
