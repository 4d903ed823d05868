"""The named places where a server with FIRN_CRASH_POINT=<name> kills itself with SIGKILL.

`firn admin crash-points --json` names them. Each must be reached by one of operations.OPERATIONS.
"""

import json
import subprocess

from harness import places


def crash_points() -> list[str]:
    binary = places.firn_binary()
    if not binary.is_file():
        return []
    command = [str(binary), "admin", "crash-points", "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    return json.loads(answer.stdout)
