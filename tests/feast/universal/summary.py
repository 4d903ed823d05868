#!/usr/bin/env python3
"""Counts of a JUnit report; exits 1 where a test failed, or was skipped by itself, or none ran.

  summary.py REPORT.xml SKIPS.txt

Tests that SKIPS.txt names are counted as skipped, whatever became of them, and files as one each.
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def main(report: str, skips: str) -> int:
    lines = [line for line in Path(skips).read_text().splitlines() if not line.startswith("#")]
    named = dict(line.split(": ", 1) for line in lines)
    files = [name for name in named if name.endswith(".py")]
    for name in files:
        print(f"skipped {name}: {named[name]}")
    counts = {"passed": 0, "failed": 0, "skipped": len(files)}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        reason = next((why for part, why in named.items() if part in name), None)
        if reason:
            outcome = "skipped"
        elif all(case.find(kind) is None for kind in ("failure", "error", "skipped")):
            outcome = "passed"
        else:
            outcome = "failed"
            skip = case.find("skipped")
            reason = f"skipped: {skip.get('message')}" if skip is not None else "see above"
        counts[outcome] += 1
        if outcome != "passed":
            print(f"{outcome} {name}: {reason}")
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**counts))
    return int(counts["failed"] > 0 or counts["passed"] == 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
