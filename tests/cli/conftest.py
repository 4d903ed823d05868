import json
import os
import subprocess
from dataclasses import dataclass

import pytest

from harness import bodies, places
from harness.catalog import Catalog
from harness.client import RestClient

TIMEOUT_S = 60


@dataclass
class Answer:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def clean_environment(**more: str) -> dict[str, str]:
    """Without settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FIRN_")}
    return {**kept, **more}


@pytest.fixture(scope="session")
def firn():
    """Run `firn ARGUMENTS...`; `expect` is the exit code."""
    binary = str(places.firn_binary())

    def run(*arguments: object, expect: int | None = 0, env: dict | None = None, **options):
        command = [binary, *map(str, arguments)]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            env=clean_environment(**(env or {})),
            **options,
        )
        answer = Answer(done.returncode, done.stdout, done.stderr)
        shown = f"firn {' '.join(command[1:])}: {answer}"
        assert expect is None or answer.code == expect, shown
        if answer.code == 0:
            assert answer.err == "", shown
        else:
            assert answer.err.startswith("firn: ") or "--help" in answer.err, shown
        return answer

    run.binary, run.environment = binary, clean_environment
    return run


@pytest.fixture
def ask(firn, firn_server):
    """Run a command against the session's server."""

    def run(*arguments, **options):
        return firn(*arguments, env={"FIRN_URI": firn_server.uri}, **options)

    return run


@pytest.fixture
def catalog(firn_server) -> Catalog:
    """The session's server, asked without the command line."""
    return Catalog(RestClient(firn_server.uri, None))


@pytest.fixture
def ns(ask) -> str:
    name = bodies.unique("cli")
    ask("namespace", "create", name)
    return name
