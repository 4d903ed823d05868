"""POST .../metrics: scan and commit reports."""

import pytest

COUNTER = {"unit": "count", "value": 3}
TIMER = {"count": 1, "time-unit": "nanoseconds", "total-duration": 200}


def scan_report() -> dict:
    return {
        "report-type": "scan-report",
        "table-name": "ns.t",
        "snapshot-id": 23,
        "filter": {"type": "gt", "term": "id", "value": 30},
        "schema-id": 0,
        "projected-field-ids": [1, 2],
        "projected-field-names": ["id", "data"],
        "metrics": {"total-planning-duration": TIMER, "result-data-files": COUNTER},
        "metadata": {"engine-name": "tests"},
    }


def commit_report() -> dict:
    return {
        "report-type": "commit-report",
        "table-name": "ns.t",
        "snapshot-id": 23,
        "sequence-number": 4,
        "operation": "append",
        "metrics": {"total-duration": TIMER, "attempts": COUNTER, "added-data-files": COUNTER},
        "metadata": {},
    }


@pytest.mark.parametrize("report", [scan_report(), commit_report()])
def test_reports_are_taken(catalog, table, report):
    path = catalog.path(table[0], "tables", table[1]) + "/metrics"
    catalog.client.post(path, report, expect=204)


def test_missing_table(catalog, ns):
    path = catalog.path(ns, "tables", "nobody") + "/metrics"
    catalog.client.post(path, commit_report(), expect=404, error="NoSuchTableException")


@pytest.mark.parametrize(
    "report",
    [
        {},
        {"report-type": "no-such-report"},
        {"report-type": "scan-report"},
        {"report-type": 1},
        {**commit_report(), "snapshot-id": "x"},
        {**commit_report(), "metrics": []},
        [],
        None,
    ],
)
def test_refuses_bad_reports(catalog, table, report):
    path = catalog.path(table[0], "tables", table[1]) + "/metrics"
    catalog.client.post(path, report, expect=400, error="BadRequestException")
