"""Many clients at once, each with a connection of its own, and what they were answered."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException

from harness.client import AGAINST_REFERENCE, RestClient

WRITERS = 32
# What a busy catalog may answer to a well-formed commit; anything else is a bug.
ALLOWED = {200, 204, 409, 429}


@dataclass
class Outcome:
    statuses: Counter = field(default_factory=Counter)
    acknowledged: list = field(default_factory=list)
    trouble: list = field(default_factory=list)

    def summary(self) -> str:
        return (
            f"{len(self.acknowledged)} acknowledged, answers {dict(sorted(self.statuses.items()))}"
        )


class Member:
    """What one client of the crowd works with."""

    def __init__(self, number: int, uri: str, outcome: Outcome, lock: threading.Lock, until: float):
        self.number = number
        self.client = RestClient(uri, None)
        self.outcome = outcome
        self.lock = lock
        self.until = until

    def in_time(self) -> bool:
        return time.monotonic() < self.until

    def note(self, answer, receipt=None) -> bool:
        """Count an answer; True when it acknowledged the change, of which `receipt` is kept."""
        done = answer.status in (200, 204)
        with self.lock:
            self.outcome.statuses[answer.status] += 1
            if done and receipt is not None:
                self.outcome.acknowledged.append(receipt)
            if answer.status not in ALLOWED:
                self.outcome.trouble.append(str(answer)[:300])
        return done


def run(uri: str, work, seconds: float, members: int = WRITERS) -> Outcome:
    """Call work(member) in as many threads, all let go at once; the outcomes together."""
    outcome, lock, gate = Outcome(), threading.Lock(), threading.Barrier(members)
    until = time.monotonic() + seconds

    def body(number: int) -> None:
        member = Member(number, uri, outcome, lock, until)
        try:
            gate.wait()
            work(member)
        except (OSError, HTTPException, AssertionError, ValueError, KeyError) as failure:
            with lock:
                outcome.trouble.append(f"writer {number}: {failure!r}"[:400])
        finally:
            member.client.wire.close()

    threads = [threading.Thread(target=body, args=(number,)) for number in range(members)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(outcome.summary())
    if not AGAINST_REFERENCE:
        assert outcome.trouble == [], outcome.trouble[:5]
    return outcome
