"""Random tables and random filters: `firn scan --where` against PyIceberg and DuckDB.

DuckDB filters the rows of PyIceberg's unfiltered scan: so what is left out wrongly, by pruning or
by the filter, is seen whoever else does it too. `FIRN_FUZZ_SEED` takes another seed,
`FIRN_FUZZ_CASES` so many tables: a failure names both, and the case can be run alone.
"""

import pytest
from pyiceberg.catalog import load_catalog
from random_case import CASES, STEPS, Case

from harness.client import RestClient

FAST_CASES, FULL_CASES = 10, 120


def cases() -> list:
    if CASES:
        return list(range(CASES))
    longer = [pytest.param(n, marks=pytest.mark.full) for n in range(FAST_CASES, FULL_CASES)]
    return [*range(FAST_CASES), *longer]


@pytest.fixture(scope="module")
def planned_by_server(firn_server):
    properties = {"scan-planning-mode": "server"}
    return load_catalog("planned", type="rest", uri=firn_server.uri, **properties)


@pytest.mark.parametrize("number", cases())
def test_random_table(pyiceberg, planned_by_server, firn_server, ns, firn, number):
    case = Case(number, pyiceberg, f"{ns}.t", firn)
    case.append(by_firn=False)
    for _ in range(STEPS):
        case.step()
    case.check(planned_by_server, RestClient(firn_server.uri, None))
    print("\n".join(case.said))
