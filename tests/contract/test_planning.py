"""Scan planning: plan, fetch the result, cancel, fetch tasks; whole, paged and asynchronous."""

import time

import pyarrow as pa
import pytest
from pyiceberg.catalog import load_catalog
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import LongType, NestedField, StringType

from harness import bodies
from harness.catalog import Catalog
from harness.client import RestClient
from harness.server import temporary_server

SCHEMA = Schema(
    NestedField(1, "id", LongType(), required=False),
    NestedField(2, "part", StringType(), required=False),
)
BY_PART = PartitionSpec(PartitionField(2, 1000, IdentityTransform(), "part"))
PARTS = ["a", "b", "c"]
POLL_SECONDS = 20
# One file a page, so that three files are three pages.
SMALL_PAGES = {"FIRN_PLANNING_PAGE_FILES": "1"}
# No time at all: every plan goes on by itself.
NO_TIME = {"FIRN_PLANNING_INLINE_TIME": "0ms"}


class Planned:
    """A table with one file in each of three partitions, and calls to plan scans of it."""

    def __init__(self, client: RestClient):
        self.client = client
        name = bodies.unique("planned")
        self.pyiceberg = load_catalog("p", type="rest", uri=client.uri)
        self.pyiceberg.create_namespace(name)
        self.table = self.pyiceberg.create_table((name, "t"), SCHEMA, partition_spec=BY_PART)
        self.base = f"namespaces/{name}/tables/t"

    def append(self, first: int, parts=PARTS) -> int:
        rows = {"id": list(range(first, first + len(parts))), "part": list(parts)}
        self.table.append(pa.table(rows, schema=self.table.schema().as_arrow()))
        return self.table.metadata.current_snapshot_id

    def plan(self, request: dict | None = None, expect=200, **options) -> dict:
        path = f"{self.base}/plan"
        return self.client.post(path, request or {}, expect=expect, **options).json

    def fetch(self, plan_id: str, expect=200, **options):
        return self.client.get(f"{self.base}/plan/{plan_id}", expect=expect, **options)

    def cancel(self, plan_id: str, expect=204, **options):
        return self.client.delete(f"{self.base}/plan/{plan_id}", expect=expect, **options)

    def tasks(self, token: str, expect=200, **options):
        path = f"{self.base}/tasks"
        return self.client.post(path, {"plan-task": token}, expect=expect, **options)

    def all_tasks(self, answer: dict) -> list[dict]:
        """The tasks of an answer and of everything that its plan tasks lead to."""
        found = list(answer["file-scan-tasks"])
        waiting = list(answer["plan-tasks"])
        while waiting:
            page = self.tasks(waiting.pop()).json
            found += page["file-scan-tasks"]
            waiting += page["plan-tasks"]
        return found


def parts(tasks: list[dict]) -> list[str]:
    return sorted(task["data-file"]["partition"][0] for task in tasks)


@pytest.fixture(scope="module")
def planned(client):
    planned = Planned(client)
    planned.first = planned.append(0)
    planned.second = planned.append(10, ["a"])
    return planned


def test_an_empty_table(client):
    answer = Planned(client).plan()
    assert answer["status"] == "completed"
    assert answer["file-scan-tasks"] == []
    assert answer["plan-tasks"] == []


def test_a_small_plan_is_given_whole(planned):
    answer = planned.plan()
    assert answer["status"] == "completed"
    assert answer["plan-tasks"] == []
    assert parts(answer["file-scan-tasks"]) == ["a", "a", "b", "c"]
    file = answer["file-scan-tasks"][0]["data-file"]
    assert file["content"] == "data"
    assert file["file-format"] == "parquet"
    assert file["record-count"] == 1
    assert "lower-bounds" not in file
    assert answer["file-scan-tasks"][0]["residual-filter"] is True


def test_a_plan_that_was_given_whole_is_not_kept(planned):
    plan_id = planned.plan()["plan-id"]
    planned.fetch(plan_id, expect=404, error="NoSuchPlanIdException")
    planned.tasks(plan_id, expect=404, error="NoSuchPlanTaskException")
    planned.cancel(plan_id)


def test_the_result_can_be_fetched_again(planned, key):
    answer = planned.plan(headers=key)
    fetched = planned.fetch(answer["plan-id"]).json
    assert fetched == {key: value for key, value in answer.items() if key != "plan-id"}


def test_a_filter_prunes_and_leaves_a_residual(planned):
    filter_ = {
        "type": "and",
        "left": {"type": "eq", "term": "part", "value": "b"},
        "right": {"type": "lt", "term": "id", "value": 5},
    }
    tasks = planned.plan({"filter": filter_})["file-scan-tasks"]
    assert parts(tasks) == ["b"]
    assert tasks[0]["residual-filter"] == {"type": "lt", "term": "id", "value": 5}


def test_case_decides_unless_told_otherwise(planned):
    filter_ = {"type": "eq", "term": "PART", "value": "b"}
    planned.plan({"filter": filter_}, expect=400, error="BadRequestException")
    tasks = planned.plan({"filter": filter_, "case-sensitive": False})["file-scan-tasks"]
    assert parts(tasks) == ["b"]


def test_a_snapshot_and_the_appends_between_two(planned):
    assert parts(planned.plan({"snapshot-id": planned.first})["file-scan-tasks"]) == PARTS
    between = {"start-snapshot-id": planned.first, "end-snapshot-id": planned.second}
    assert parts(planned.plan(between)["file-scan-tasks"]) == ["a"]


def test_statistics_of_named_columns_only(planned):
    file = planned.plan({"stats-fields": ["id"]})["file-scan-tasks"][0]["data-file"]
    assert file["value-counts"] == {"keys": [1], "values": [1]}
    assert file["lower-bounds"]["keys"] == [1]
    assert len(file["lower-bounds"]["values"][0]) == 16  # eight bytes in hexadecimal


def test_enough_rows(planned):
    answer = planned.plan({"min-rows-requested": 1})
    assert 1 <= len(answer["file-scan-tasks"]) <= 4
    assert answer["plan-tasks"] == []


@pytest.mark.parametrize(
    "request_",
    [
        {"snapshot-id": 1},
        {"start-snapshot-id": 1},
        {"end-snapshot-id": 1},
        {"snapshot-id": 1, "start-snapshot-id": 1, "end-snapshot-id": 2},
        {"select": ["nobody"]},
        {"stats-fields": ["nobody"]},
        {"filter": {"type": "eq", "term": "nobody", "value": 1}},
        {"filter": {"type": "no-such-operation"}},
        {"filter": 7},
        {"min-rows-requested": -1},
        {"snapshot-id": "x"},
    ],
)
def test_requests_that_do_not_fit(planned, request_):
    planned.plan(request_, expect=400, error="BadRequestException")


def test_missing_tables_plans_and_tasks(planned, client, ns):
    nobody = f"namespaces/{ns[0]}/tables/nobody"
    client.post(f"{nobody}/plan", {}, expect=404, error="NoSuchTableException")
    client.post(f"{nobody}/tasks", {"plan-task": "x"}, expect=404, error="NoSuchTableException")
    client.get(f"{nobody}/plan/x", expect=404, error="NoSuchTableException")
    for unknown in ("x", bodies.idempotency_key()):
        planned.fetch(unknown, expect=404, error="NoSuchPlanIdException")
        planned.cancel(unknown, expect=404, error="NoSuchPlanIdException")
        planned.tasks(unknown, expect=404, error="NoSuchPlanTaskException")
    planned.client.post(f"{planned.base}/tasks", {}, expect=400, error="BadRequestException")


def test_a_plan_is_of_its_table(planned, client, key):
    other = Planned(client)
    plan_id = planned.plan(headers=key)["plan-id"]
    other.fetch(plan_id, expect=404, error="NoSuchPlanIdException")
    other.cancel(plan_id, expect=404, error="NoSuchPlanIdException")
    whole = planned.plan()["plan-id"]
    other.cancel(whole, expect=404, error="NoSuchPlanIdException")


def test_a_cancelled_plan_is_gone(planned, key):
    plan_id = planned.plan(headers=key)["plan-id"]
    planned.cancel(plan_id)
    planned.fetch(plan_id, expect=404, error="NoSuchPlanIdException")
    planned.cancel(plan_id, expect=404, error="NoSuchPlanIdException")


def test_an_idempotency_key_repeats_the_answer(planned, key):
    first = planned.plan(headers=key)
    assert planned.plan(headers=key) == first
    changed = {"snapshot-id": planned.first}
    planned.plan(changed, headers=key, expect=422, error="UnprocessableEntityException")


def test_a_repeated_cancel_succeeds(planned, key):
    plan_id = planned.plan()["plan-id"]
    planned.cancel(plan_id, headers=key)
    planned.cancel(plan_id, headers=key)


def test_a_filter_that_is_too_long(planned):
    filter_ = {"type": "eq", "term": "part", "value": "x" * (1 << 20)}
    planned.plan({"filter": filter_}, expect=413)


def test_a_plan_ends_with_its_table(client, key):
    planned = Planned(client)
    planned.append(0)
    plan_id = planned.plan(headers=key)["plan-id"]
    planned.client.delete(planned.base, expect=204)
    planned.fetch(plan_id, expect=404, error="NoSuchTableException")


def test_the_planning_mode_is_the_tables_choice(client, catalog, ns):
    catalog.make_table(ns, "t")
    assert catalog.load(ns, "t")["config"] == {}
    for mode in ("server", "client"):
        updates = {"firn.scan-planning-mode": mode}
        catalog.commit(ns, "t", [{"action": "set-properties", "updates": updates}])
        assert catalog.load(ns, "t")["config"] == {"scan-planning-mode": mode}


def test_pages_survive_a_restart(document):
    with temporary_server("plan-pages", env=SMALL_PAGES) as server:
        planned = Planned(RestClient(server.uri, document))
        planned.append(0)
        answer = planned.plan()
        assert answer["status"] == "completed"
        assert len(answer["file-scan-tasks"]) == 1
        server.stop()
        server.start()
        planned.append(10)  # what comes later is not in the plan
        assert parts(planned.all_tasks(answer)) == PARTS
        again = planned.fetch(answer["plan-id"]).json
        assert parts(planned.all_tasks(again)) == PARTS
        token = answer["plan-tasks"][0]
        key = {"Idempotency-Key": bodies.idempotency_key()}
        assert planned.tasks(token, headers=key).json == planned.tasks(token, headers=key).json
        planned.cancel(answer["plan-id"])
        planned.tasks(token, expect=404, error="NoSuchPlanTaskException")


def test_a_plan_that_takes_too_long_goes_on_by_itself(document):
    with temporary_server("plan-async", env={**SMALL_PAGES, **NO_TIME}) as server:
        planned = Planned(RestClient(server.uri, document))
        planned.append(0)
        answer = planned.plan()
        result = answer
        end = time.monotonic() + POLL_SECONDS
        while result["status"] == "submitted" and time.monotonic() < end:
            result = planned.fetch(answer["plan-id"]).json
        assert result["status"] == "completed"
        assert parts(planned.all_tasks(result)) == PARTS


def test_a_table_whose_files_are_missing(client):
    planned = Planned(client)
    planned.append(0)
    planned.table.io.delete(planned.table.current_snapshot().manifest_list)
    planned.plan(expect=500, error="InternalServerError")


def test_a_plan_whose_files_are_missing_has_failed(document):
    with temporary_server("plan-failed", env=NO_TIME) as server:
        planned = Planned(RestClient(server.uri, document))
        planned.append(0)
        planned.table.io.delete(planned.table.current_snapshot().manifest_list)
        answer = planned.plan(expect={200, 500})  # 500 where it failed before it was answered
        if "plan-id" not in answer:
            return
        result = answer
        end = time.monotonic() + POLL_SECONDS
        while result["status"] == "submitted" and time.monotonic() < end:
            result = planned.fetch(answer["plan-id"]).json
        assert result["status"] == "failed"
        assert result["error"]["code"] == 500


def test_an_expired_plan_and_its_tasks_are_404(document):
    env = {**SMALL_PAGES, "FIRN_PLANNING_PLAN_TTL": "300ms"}
    with temporary_server("plan-ttl", env=env) as server:
        planned = Planned(RestClient(server.uri, document))
        planned.append(0)
        answer = planned.plan()
        time.sleep(0.4)
        planned.fetch(answer["plan-id"], expect=404, error="NoSuchPlanIdException")
        token = answer["plan-tasks"][0]
        planned.tasks(token, expect=404, error="NoSuchPlanTaskException")


def test_catalog_clients_are_told(client):
    endpoints = client.get("config", expect=200).json["endpoints"]
    base = "/v1/{prefix}/namespaces/{namespace}/tables/{table}"
    assert f"POST {base}/plan" in endpoints
    assert f"GET {base}/plan/{{plan-id}}" in endpoints
    assert f"DELETE {base}/plan/{{plan-id}}" in endpoints
    assert f"POST {base}/tasks" in endpoints


def test_a_view_is_not_planned(client, catalog: Catalog, view):
    path = catalog.path(view[0], "tables", view[1])
    client.post(f"{path}/plan", {}, expect=404, error="NoSuchTableException")
