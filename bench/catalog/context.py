"""What the measurements share: the servers, the load generator, the plan, the report."""

from dataclasses import dataclass, field
from pathlib import Path

from measure import Loader, Sample, alternate, middle, ratio
from report import Report
from servers import Firn, Fixture, Nginx, Server


@dataclass
class Plan:
    """How much is measured."""

    seconds: float = 3
    rounds: int = 3
    connections: list[int] = field(default_factory=lambda: [1, 16, 64, 256, 1000])
    main_connections: int = 64
    writers: list[int] = field(default_factory=lambda: [1, 16, 64, 256, 1000])
    histories: list[int] = field(default_factory=lambda: [1, 100, 9000])
    commit_histories: list[int] = field(default_factory=lambda: [1, 100, 1000, 9000])
    crowd_seconds: float = 60
    starts: int = 10


def quick_plan() -> Plan:
    return Plan(seconds=1, rounds=1, connections=[16, 64], writers=[16], histories=[1, 9000],
                commit_histories=[1, 1000, 9000], crowd_seconds=5, starts=3)  # fmt: skip


@dataclass
class Bench:
    folder: Path
    plan: Plan
    report: Report
    loader: Loader
    copy_sync: Path
    firn: Firn
    nginx: Nginx | None = None
    fixture: Fixture | None = None
    names: int = 0

    COMPARED = ("connections", "Firn /s", "fixture /s", "ratio", "Firn p50/p95/p99 ms",
                "fixture p50/p95/p99 ms", "Firn CPU us", "fixture CPU us", "failures")  # fmt: skip

    @property
    def catalogs(self) -> list[Server]:
        return [server for server in (self.firn, self.fixture) if server]

    def fresh_name(self, prefix: str) -> str:
        self.names += 1
        return f"{prefix}{self.names}_"

    def load(self, server: Server, mix: str, connections: int, **options) -> Sample:
        return self.loader.run(server, mix, connections, self.plan.seconds, **options)

    def compare(self, title: str, options: dict, connections: list[int] | None = None,
                names: bool = False, must: float | None = None) -> None:  # fmt: skip
        """Firn and the fixture in turn at every number of connections; `names`: each measurement
        creates under a name of its own."""
        self.report.table(title, *self.COMPARED)
        mix = options.pop("mix")

        def run(server: Server, count: int) -> Sample:
            extra = {"created": self.fresh_name("c")} if names else {}
            return self.load(server, mix, count, **options, **extra)

        for count in connections or self.plan.connections:
            runs = [lambda s=server, c=count: run(s, c) for server in self.catalogs]
            samples = alternate(self.plan.rounds, *runs)
            self.compared_row(count, samples)
            if must and self.fixture and count == self.plan.main_connections:
                what = f"{title} against the fixture at {count} connections"
                self.report.bar(what, ratio(*samples), must, must, True)

    def compared_row(self, count: int, samples: list[list[Sample]]) -> None:
        ours = middle(samples[0])
        theirs = middle(samples[1]) if self.fixture else None
        factor = ratio(*samples) if theirs else None
        self.report.row(count, ours.rate, theirs and theirs.rate, factor, _times(ours),
                        theirs and _times(theirs), ours.cpu_ms * 1000,
                        theirs and theirs.cpu_ms * 1000, _failures(samples))  # fmt: skip


def _times(sample: Sample) -> str:
    return " / ".join(f"{sample.ms(q):.2f}" for q in ("p50", "p95", "p99"))


def _failures(samples: list[list[Sample]]) -> str:
    """Firn's, then the fixture's, over all rounds."""
    return " / ".join(str(sum(sample.failures for sample in runs)) for runs in samples)
