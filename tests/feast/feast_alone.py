"""FeastAlone: clients that have Feast and nothing of Firn's, each a process of its own."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLIENT = Path(__file__).parent / "remote_client.py"
TIMEOUT_S = 120
ENDED = "ended "


class FeastAlone:
    """Runs scenarios of remote_client.py, each in a process of its own that is forked from one that
    has loaded Feast. Behind `with` that one has ended too."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> "FeastAlone":
        return self

    def __exit__(self, *_) -> None:
        self._end()

    @contextmanager
    def running(self, repository: Path, scenario: str) -> Iterator["FeastAlone"]:
        """While it runs it may be listened to and told to go on; at the end it has ended well."""
        begin = self._log.stat().st_size if self._log.exists() else 0
        try:
            self._send(json.dumps([str(repository), scenario]))
            yield self
            said = self.hear()
        except BaseException:
            self._end()
            raise
        assert said == f"{ENDED}0", f"{scenario}: {said}\n{self._log.read_text()[begin:]}"

    def hear(self) -> str:
        """The next line that it says."""
        assert select.select([self._process.stdout], [], [], TIMEOUT_S)[0], "it says nothing"
        return self._process.stdout.readline().decode().strip()

    def go_on(self) -> None:
        self._send("")

    def _send(self, line: str) -> None:
        if self._process is None:
            self._start()
        self._process.stdin.write(f"{line}\n".encode())

    def _start(self) -> None:
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(CLIENT)], bufsize=0, start_new_session=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                env={**environment, "FEAST_USAGE": "False"},
            )  # fmt: skip

    def _end(self) -> None:
        if self._process is None:
            return
        # The group: those that it forked too.
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()
        self._process = None
