"""The kit as a process: class path from Maven, one JUnit run a group, the reports read back."""

import hashlib
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

from harness import places

HERE = Path(__file__).resolve().parent
OUT = places.ROOT / "build" / "tests" / "conformance"
RUN_TIMEOUT_S = 900
# The kit names locations below file:/tmp and expects to get exactly those: arguments of
# `firn serve` that allow locations outside the warehouse belong here.
SERVE_ARGS: tuple[str, ...] = ("--storage-allowed-locations", "file:/tmp")

GROUPS = {
    "kit": ["org.apache.iceberg.rest.RESTCompatibilityKitSuite"],
    "strict": ["firn.conformance.StrictCatalogTests", "firn.conformance.StrictViewCatalogTests"],
}


@dataclass
class Result:
    output: Path
    passed: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def found(self) -> int:
        return len(self.passed) + len(self.skipped) + len(self.failed)


def missing_tools() -> list[str]:
    return [tool for tool in ("java", "javac", "mvn") if not shutil.which(tool)]


def resolve_class_path() -> str:
    """Compiled classes and jars as one class path; Maven runs only when an input changed."""
    stored, stamp = OUT / "class-path", OUT / "stamp"
    want = _fingerprint()
    if stamp.is_file() and stamp.read_text() == want and _all_there(stored):
        return f"{OUT / 'target' / 'classes'}:{stored.read_text()}"
    OUT.mkdir(parents=True, exist_ok=True)
    command = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), f"-Dout={OUT / 'target'}"]
    command += [f"-Dmdep.outputFile={stored}", "compile", "dependency:build-classpath"]
    subprocess.run(command, check=True)
    stamp.write_text(want)
    return f"{OUT / 'target' / 'classes'}:{stored.read_text()}"


def run_group(name: str, uri: str, class_path: str) -> Result:
    reports, output = OUT / f"{name}-reports", OUT / f"{name}.txt"
    shutil.rmtree(reports, ignore_errors=True)
    command = ["java", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
    command += [f"-Duri={uri}/", f"-Dwarehouse={places.default_warehouse()}"]
    command += ["-Drck.requires-namespace-create=true", "-Drck.supports-names-with-dot=false"]
    command += ["-cp", class_path, "org.junit.platform.console.ConsoleLauncher", "execute"]
    command += [f"--select-class={cls}" for cls in GROUPS[name]]
    command += ["--config=rck.local=false", "--disable-banner", "--disable-ansi-colors"]
    command += ["--details=tree", f"--reports-dir={reports}"]
    with output.open("wb") as log:
        subprocess.run(command, stdout=log, stderr=log, timeout=RUN_TIMEOUT_S, check=False)
    return _read_reports(reports, Result(output))


def expected_skips(name: str) -> set[str]:
    lines = (HERE / "expected_skips.txt").read_text().splitlines()
    pairs = (line.split() for line in lines if line and not line.startswith("#"))
    return {test for group, test in pairs if group == name}


def _read_reports(reports: Path, result: Result) -> Result:
    for report in sorted(reports.glob("TEST-*.xml")):
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            _add_case(case, result)
    return result


def _add_case(case: ElementTree.Element, result: Result) -> None:
    owner = case.get("classname", "").rsplit(".", 1)[-1]
    test = f"{owner}.{case.get('name')}".replace("()", "").replace(" ", "_")
    trouble = case.find("failure") if case.find("failure") is not None else case.find("error")
    if trouble is not None:
        text = (trouble.get("message") or trouble.text or trouble.get("type") or "").strip()
        result.failed[test] = " ".join(text.split())[:300]
    elif case.find("skipped") is not None:
        result.skipped.add(test)
    else:
        result.passed.add(test)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in [HERE / "pom.xml", *sorted((HERE / "java").rglob("*.java"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _all_there(stored: Path) -> bool:
    return stored.is_file() and all(Path(jar).is_file() for jar in stored.read_text().split(":"))
