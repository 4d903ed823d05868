"""One measurement: the load generator against one server, with the server's CPU beside it."""

import json
import statistics
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import procfs
from servers import Server

GRACE_S = 30


@dataclass
class Sample:
    """Rates a second, times in milliseconds, CPU in milliseconds an operation."""

    connections: int
    rate: float
    cpu_ms: float
    user_ms: float
    count: int
    broken: int
    kinds: dict[str, dict] = field(default_factory=dict)

    @property
    def statuses(self) -> dict[str, int]:
        total: dict[str, int] = {}
        for kind in self.kinds.values():
            for status, count in kind["statuses"].items():
                total[status] = total.get(status, 0) + count
        return total

    @property
    def failures(self) -> int:
        """Everything that was not answered 2xx or 304."""
        bad = sum(
            n for s, n in self.statuses.items() if not s.startswith("2") and s != "304"
        )
        return bad + self.broken

    def ms(self, quantile: str, kind: str | None = None) -> float:
        figures = (
            self.kinds.get(kind) if kind else next(iter(self.kinds.values()), None)
        )
        return figures[f"{quantile}_us"] / 1000 if figures else float("nan")


@dataclass
class Loader:
    """Runs firn_load."""

    binary: Path

    def run(
        self, server: Server, mix: str, connections: int, seconds: float, **options
    ) -> Sample:
        command = [str(self.binary), "--port", str(server.port), "--mix", mix]
        command += ["--connections", str(connections), "--seconds", str(seconds)]
        command += ["--threads", "1" if connections < 16 else "2"]
        for name, value in options.items():
            command += [f"--{name.replace('_', '-')}", str(value)]
        before = procfs.cpu(server.pid)
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=seconds + GRACE_S + 60,
            check=True,
        )
        spent = procfs.cpu(server.pid) - before
        told = json.loads(done.stdout)
        count = max(told["count"], 1)
        return Sample(
            connections=connections,
            rate=told["rate"],
            cpu_ms=spent.total * 1000 / count,
            user_ms=spent.user * 1000 / count,
            count=told["count"],
            broken=told["broken"] + told["unanswered"],
            kinds=told["kinds"],
        )


def alternate(rounds: int, *runs: Callable[[], Sample]) -> list[list[Sample]]:
    """Each run in turn, `rounds` times: what disturbs the machine disturbs them alike."""
    results: list[list[Sample]] = [[] for _ in runs]
    for _ in range(rounds):
        for samples, run in zip(results, runs, strict=True):
            samples.append(run())
    return results


def ratio(ours: list[Sample], theirs: list[Sample]) -> float:
    """The median of the pairs' rate ratios."""
    pairs = zip(ours, theirs, strict=True)
    return statistics.median(
        a.rate / b.rate if b.rate else float("inf") for a, b in pairs
    )


def middle(samples: list[Sample]) -> Sample:
    """The sample with the median rate."""
    return sorted(samples, key=lambda sample: sample.rate)[len(samples) // 2]
