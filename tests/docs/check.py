#!/usr/bin/env python3
"""Checks the documentation against the program and the tree.

  FIRN_BINARY=build/release/firn tests/docs/check.py

The keys of docs/configuration.md are those of `firn config keys`; the metrics of docs/metrics.md
are those of a started server; relative links and anchors of all Markdown files resolve; commands in
README.md exist; README.md has the client lines that `./run` prints. Prints one line a finding and a
summary; exits 1 where there is a finding.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("FIRN_BINARY") or ROOT / "build/release/firn").resolve()
SKIPPED_FOLDERS = {"build", "firn-data", ".git", ".venv"}
TIMEOUT = 20  # seconds, of every step


def firn(*arguments: str) -> subprocess.CompletedProcess:
    command = [BINARY, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)


def compare(page: str, written: list[str], actual: list[str]) -> list[str]:
    """What only the page says, and what it does not say."""
    findings = [f"{page}: not so: {line}" for line in written if line not in actual]
    return findings + [f"{page}: missing: {line}" for line in actual if line not in written]


def check_keys() -> list[str]:
    page = "docs/configuration.md"
    rest = (ROOT / page).read_text().partition("<!-- keys:begin -->\n")[2]
    written = rest.partition("<!-- keys:end -->")[0].splitlines()
    actual = firn("config", "keys").stdout.splitlines()
    findings = compare(page, written, actual)
    if not findings and written != actual:
        findings = [f"{page}: another order than `firn config keys`"]
    return findings


def scrape(folder: str) -> str:
    """The metrics of a fresh server that has answered one request and refused one."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FIRN_")}
    flags = ["--listen", "127.0.0.1:0", "--data", folder, "--log-file", f"{folder}/log"]
    command = [BINARY, "serve", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            uri = server.stdout.readline().split()[-1]
            urllib.request.urlopen(f"{uri}/ready", timeout=TIMEOUT).read()
            try:
                urllib.request.urlopen(f"{uri}/no-such-route", timeout=TIMEOUT)
            except urllib.error.HTTPError as refusal:
                refusal.read()
            return scrape_counted(f"{uri}/metrics")
        finally:
            server.terminate()


def scrape_counted(uri: str) -> str:
    """An answer is counted when its last byte is sent: a scrape at once may come before that."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        text = urllib.request.urlopen(uri, timeout=TIMEOUT).read().decode()
        if "firn_http_errors_total" in text or time.monotonic() > deadline:
            return text
        time.sleep(0.05)


def check_metrics() -> list[str]:
    page = "docs/metrics.md"
    with tempfile.TemporaryDirectory(prefix="firn-docs-") as folder:
        actual = re.findall(r"^# TYPE (\S+ \S+)$", scrape(folder), re.M)
    rows = re.findall(r"^\| `(firn_\w+)` \| (\w+) \|", (ROOT / page).read_text(), re.M)
    return compare(page, [f"{name} {kind}" for name, kind in rows], sorted(actual))


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))


def anchors(text: str) -> set[str]:
    """What GitHub makes of headings: lower case, spaces to dashes, punctuation dropped."""
    headings = re.findall(r"^#+ (.*)$", text.lower(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-") for heading in headings}


def check_links() -> tuple[int, list[str]]:
    count, findings = 0, []
    for page in sorted(ROOT.rglob("*.md")):
        name = page.relative_to(ROOT)
        if SKIPPED_FOLDERS.intersection(name.parts):
            continue
        for link in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text())):
            if re.match(r"[a-z]+:", link):
                continue
            count += 1
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            if not target.exists():
                findings.append(f"{name}: nothing at {link}")
            elif anchor and anchor not in anchors(target.read_text()):
                findings.append(f"{name}: no heading for {link}")
    return count, findings


def code_lines(text: str) -> list[str]:
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
    return [line for block in blocks for line in block.splitlines()]


def check_command(words: list[str]) -> bool:
    """A script of the tree, or a sub-command of firn with its flags; anything else is not ours."""
    if words and words[0].startswith("./"):
        return os.access(ROOT / words[0], os.X_OK)
    if words and words[0] == "firn":
        names = [word for word in words[1:3] if re.fullmatch(r"[a-z][a-z-]*", word)]
        text = firn(*names, "--help").stdout
        usage = re.search(r"^Usage: (.*)$", text, re.M)
        known = set(re.findall(r"--[a-z-]+", text))
        understood = usage is not None and usage.group(1).startswith(" ".join(["firn", *names]))
        return understood and known.issuperset(word for word in words if word.startswith("--"))
    return True


def check_commands(lines: list[str]) -> list[str]:
    wrong = [line for line in lines if not check_command(line.partition("#")[0].split())]
    return [f"README.md: no such command or flag: {line.strip()}" for line in wrong]


def check_client_lines(lines: list[str]) -> list[str]:
    """The indented lines of the text that `run` prints are in README.md as they come out."""
    printed = re.search(r"<<EOF\n(.*?)^EOF$", (ROOT / "run").read_text(), re.M | re.S).group(1)
    printed = printed.replace("$listen", "127.0.0.1:8181").replace("\\\\\n", "\\\n")
    written = {line.strip() for line in lines}
    wanted = [line.strip() for line in printed.splitlines() if line.startswith("  ")]
    missing = [line for line in wanted if line not in written]
    return [f"README.md: a line that ./run prints is missing: {line}" for line in missing]


def main() -> int:
    if not BINARY.is_file():
        print(f"docs: no binary at {BINARY}; build it or set FIRN_BINARY")
        return 1
    readme = code_lines((ROOT / "README.md").read_text())
    links, findings = check_links()
    findings += check_keys() + check_metrics() + check_commands(readme) + check_client_lines(readme)
    for finding in findings:
        print(finding)
    print(f"docs: {links} links, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
