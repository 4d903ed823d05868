#!/usr/bin/env python3
"""Checks the shape of the tree: room edges, lengths, READMEs, header rules.

  tests/style/check.py [ROOT]

Prints one line a finding and exits 1 where there is one. Limits that the tree does not meet yet are
listed in ratchet.txt with the value they may have at most; a value may only go down.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

MAX_LINE = 100
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 70
MAX_README_LINES = 40

INCLUDE = re.compile(r'^\s*#include "([^"]+)"', re.M)
MODULE = re.compile(r"add_module\((.*?)\)", re.S)
KEYWORDS = {"NAME", "SRCS", "HDRS", "DEPS", "LIBS", "TESTS", "TEST_DEPS", "FUZZERS"}
BANNED = {
    r"\bstd::regex\b": "std::regex recurses on its input; write the loop",
    r"\bsprintf\(": "use fmt",
    r"\bassert\(": "return an Error, or make it impossible",
    r"\busing namespace\b": "name what is used",
}


def parse_module(text: str) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    key = ""
    for word in text.split():
        if word in KEYWORDS:
            key = word
            fields[key] = []
        elif key:
            fields[key].append(word)
    return fields


def rooms(src: Path) -> dict[str, dict[str, list[str]]]:
    """Every room by name, with the fields of its add_module."""
    found = {}
    for lists in sorted(src.rglob("CMakeLists.txt")):
        for module in MODULE.findall(lists.read_text()):
            fields = parse_module(module)
            fields["FOLDER"] = [str(lists.parent.relative_to(src))]
            found[fields["NAME"][0]] = fields
    return found


def room_of(path: str, names: list[str]) -> str | None:
    """The longest room name that is a folder of `path`."""
    fitting = [name for name in names if path.startswith(name + "/")]
    return max(fitting, key=len) if fitting else None


def check_edges(src: Path, modules: dict[str, dict[str, list[str]]]) -> list[str]:
    findings = []
    names = list(modules)
    for path in sorted([*src.rglob("*.h"), *src.rglob("*.cc")]):
        relative = str(path.relative_to(src))
        room = room_of(relative, names)
        if room is None:
            findings.append(f"{relative}: lies in no room")
            continue
        module = modules[room]
        allowed = {room, *module.get("DEPS", [])}
        is_test = path.name.endswith(("_test.cc", "_fuzz.cc", "_bench.cc"))
        if is_test:
            allowed |= set(module.get("TEST_DEPS", []))
        for include in INCLUDE.findall(path.read_text()):
            target = room_of(include, names)
            if target is None:
                findings.append(f"{relative}: includes {include}, which no room holds")
            elif target not in allowed and not (is_test and "testing" in include):
                findings.append(
                    f"{relative}: includes {include}, but {room} has no edge to {target}"
                )
            elif target != room and include.endswith("_internal.h"):
                findings.append(f"{relative}: includes {include}, which is private to {target}")
    findings += check_cycles(modules)
    return findings


def check_own_header(src: Path, modules: dict[str, dict[str, list[str]]]) -> list[str]:
    """A source includes the header of its name first: the header is shown to need nothing else."""
    findings = []
    for module in modules.values():
        folder = module["FOLDER"][0]
        for source in module.get("SRCS", []):
            header = source.removesuffix(".cc") + ".h"
            if header not in module.get("HDRS", []):
                continue
            first = re.search(r"^#include (\S+)", (src / folder / source).read_text(), re.M)
            if first is None or first.group(1) != f'"{folder}/{header}"':
                findings.append(f"{folder}/{source}: does not include {header} first")
    return findings


def check_cycles(modules: dict[str, dict[str, list[str]]]) -> list[str]:
    done: set[str] = set()
    findings = []

    def visit(room: str, trail: list[str]) -> None:
        if room in trail:
            findings.append("rooms in a ring: " + " -> ".join([*trail[trail.index(room) :], room]))
            return
        if room in done or room not in modules:
            return
        for dep in modules[room].get("DEPS", []):
            visit(dep, [*trail, room])
        done.add(room)

    for room in modules:
        visit(room, [])
    return findings


def check_listed(src: Path, modules: dict[str, dict[str, list[str]]]) -> list[str]:
    """Every header and source belongs to a target."""
    findings = []
    names = list(modules)
    for path in sorted([*src.rglob("*.h"), *src.rglob("*.cc")]):
        relative = str(path.relative_to(src))
        room = room_of(relative, names)
        if room is None:
            continue
        inside = str(path.relative_to(src / modules[room]["FOLDER"][0]))
        listed = {
            w for key in ("SRCS", "HDRS", "TESTS", "FUZZERS") for w in modules[room].get(key, [])
        }
        if (
            inside not in listed
            and path.parent.name != "testing"
            and path.name != "main.cc"
            and not path.name.endswith("_bench.cc")
        ):
            findings.append(f"{relative}: not listed in the CMakeLists.txt of {room}")
    return findings


def function_lengths(text: str) -> list[tuple[int, int]]:
    """(first line, length) of every brace block that begins in column 0 or 2 and looks like a
    function's body."""
    lengths = []
    lines = text.split("\n")
    start = None
    indent = ""
    for number, line in enumerate(lines, 1):
        if start is None:
            match = re.match(
                r"^( {0,2})\S.*\)( const)?( noexcept)?( override)?( final)? \{$", line
            ) or re.match(r"^( {0,2})    +\S.*\)( const)?( override)? \{$", line)
            if (
                match
                and "[](" not in line
                and not re.match(
                    r"^\s*(if|for|while|switch|else|do|namespace|struct|class|enum)\b", line
                )
            ):
                start, indent = number, match.group(1)
        elif line == indent + "}" or line == indent + "};":
            lengths.append((start, number - start + 1))
            start = None
    return lengths


def check_lengths(root: Path) -> dict[str, int]:
    """Measured values that exceed a limit, by `what file`."""
    over: dict[str, int] = {}
    for folder in ("src", "tests", "bench", "python"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in {".h", ".cc", ".py"} or not path.is_file():
                continue
            text = path.read_text()
            name = str(path.relative_to(root))
            lines = text.count("\n")
            if lines > MAX_FILE_LINES:
                over[f"file-lines {name}"] = lines
            longest = max((len(line) for line in text.split("\n")), default=0)
            if longest > MAX_LINE and path.suffix != ".py":
                over[f"line-length {name}"] = longest
            if path.suffix == ".cc":
                for _start, length in function_lengths(text):
                    if length > MAX_FUNCTION_LINES:
                        key = f"function-lines {name}"
                        over[key] = max(length, over.get(key, 0))
    return over


def check_ratchet(root: Path, over: dict[str, int]) -> list[str]:
    allowed = {}
    ratchet = root / "tests/style/ratchet.txt"
    for line in ratchet.read_text().splitlines():
        if line and not line.startswith("#"):
            what, name, value = line.split()
            allowed[f"{what} {name}"] = int(value)
    findings = []
    for key, value in sorted(over.items()):
        if value > allowed.get(key, 0):
            findings.append(f"{key}: {value}, allowed {allowed.get(key, 'by the limit')}")
    for key, value in sorted(allowed.items()):
        if over.get(key, 0) < value:
            findings.append(
                f"ratchet.txt: {key} is {over.get(key, 'within the limit')} now, not {value}"
            )
    return findings


def check_files(src: Path, modules: dict[str, dict[str, list[str]]]) -> list[str]:
    findings = []
    for room, module in modules.items():
        folder = src / module["FOLDER"][0]
        readme = folder / "README.md"
        if folder.name != "testing":
            if not readme.exists():
                findings.append(f"{room}: has no README.md")
            elif readme.read_text().count("\n") > MAX_README_LINES:
                findings.append(f"{room}/README.md: longer than {MAX_README_LINES} lines")
    for header in sorted(src.rglob("*.h")):
        text = header.read_text()
        name = header.relative_to(src)
        if "#pragma once" not in text:
            findings.append(f"{name}: no #pragma once")
        if not text.startswith("//"):
            findings.append(f"{name}: does not begin with a comment that says what it is")
    for path in sorted([*src.rglob("*.h"), *src.rglob("*.cc")]):
        text = path.read_text()
        for pattern, why in BANNED.items():
            for match in re.finditer(pattern, text):
                line = text.count("\n", 0, match.start()) + 1
                findings.append(f"{path.relative_to(src)}:{line}: {match.group(0)}: {why}")
    return findings


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    src = root / "src"
    modules = rooms(src)
    findings = check_edges(src, modules)
    findings += check_listed(src, modules)
    findings += check_own_header(src, modules)
    findings += check_files(src, modules)
    findings += check_ratchet(root, check_lengths(root))
    for finding in findings:
        print(finding)
    print(f"style: {len(modules)} rooms, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
