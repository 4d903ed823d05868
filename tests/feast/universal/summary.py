#!/usr/bin/env python3
"""Counts of a JUnit report; exits 1 where a test failed, or was skipped for a reason that is not
listed, or where none ran.

  summary.py REPORT.xml SKIPS.txt
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def main(report: str, skips: str) -> int:
    lines = Path(skips).read_text().splitlines()
    named = [line for line in lines if line and not line.startswith("#")]
    passed, skipped, failed = 0, 0, 0
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
            print(f"FAILED   {name}")
        elif skip is not None:
            reason = skip.get("message", "")
            known = any(text in reason for text in named)
            skipped += known
            failed += not known
            print(f"{'SKIPPED ' if known else 'UNNAMED '} {name}: {reason}")
        else:
            passed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return int(failed > 0 or passed == 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
