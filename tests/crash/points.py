"""The named places where a server with FIRN_CRASH_POINT=<name> kills itself with SIGKILL.

`firn admin crash-points --json` (a JSON array of names) is asked first; the list below serves
until the binary knows that command. A point must be reached by one of operations.OPERATIONS.
"""

import json
import subprocess

from harness import places

KNOWN = [
    "commit.after_metadata_write",
    "commit.before_db_commit",
    "commit.after_db_commit",
    "create.after_metadata_write",
    "create.before_db_commit",
    "create.after_db_commit",
    "drop.before_db_commit",
    "drop.after_db_commit",
    "transaction.after_metadata_write",
    "transaction.before_db_commit",
    "transaction.after_db_commit",
]


def crash_points() -> list[str]:
    binary = places.firn_binary()
    if not binary.is_file():
        return KNOWN
    command = [str(binary), "admin", "crash-points", "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if answer.returncode != 0:
        return KNOWN
    return json.loads(answer.stdout)
