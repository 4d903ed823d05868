"""Random tables from which Spark deletes by position and by vector: `firn scan --where` against
PyIceberg and DuckDB, as in test_random_tables.py, and against Spark's own count."""

import pytest
from random_case import CASES, STEPS, Case

FAST_CASES, FULL_CASES = 2, 30


def cases() -> list:
    if CASES:
        return list(range(CASES))
    longer = [pytest.param(n, marks=pytest.mark.full) for n in range(FAST_CASES, FULL_CASES)]
    return [*range(FAST_CASES), *longer]


class MergeOnRead(Case):
    """Spark has no time of day. Java 1.12 reads fixed values of partitions as bytes. The least
    decimal has a digit more than its type when truncated: Spark takes that for null and deletes
    elsewhere."""

    versions = ("2", "3")
    without = ("time", "fixed")
    unpartitioned = (("decimal", "truncate"), ("wide_decimal", "truncate"))
    properties = {"write.delete.mode": "merge-on-read"}

    def __init__(self, number: int, pyiceberg, name: str, firn, sql):
        self.sql = sql
        super().__init__(number, pyiceberg, name, firn)

    def append(self, by_firn: bool) -> None:
        """PyIceberg 0.12 does not write version 3."""
        super().append(by_firn or self.version == "3")

    def delete(self) -> None:
        part = self.rng.randint(2, 6)
        where = f"id % {part} = {self.rng.randrange(part)}"
        self.sql(f"DELETE FROM firn.{self.name} WHERE {where}")
        self.table.refresh()
        self.said.append(f"Spark deletes {where}")


@pytest.mark.parametrize("number", cases())
def test_random_deletes(pyiceberg, ns, firn, sql, number):
    case = MergeOnRead(number, pyiceberg, f"{ns}.t", firn, sql)
    case.append(by_firn=True)
    for _ in range(STEPS):
        case.step()
        if case.rng.random() < 0.4:
            case.delete()
    case.check()
    assert sql(f"SELECT count(*) FROM firn.{ns}.t") == [(case.table.scan().count(),)]
    print("\n".join(case.said))
