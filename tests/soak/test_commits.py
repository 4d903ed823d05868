"""32 writers: no commit lost, doubled or reordered; compatible commits all succeed."""

from collections import Counter

import crowd
import pytest

from harness import bodies
from harness.catalog import identifier


def append_until(member, catalog, tables, quota: int) -> None:
    """Append to the member's table, again and again, as a client that retries conflicts does."""
    ns, name = tables[member.number % len(tables)]
    path = catalog.path(ns, "tables", name)
    done = 0
    while done < quota and member.in_time():
        loaded = member.client.get(path, query={"snapshots": "refs"}, expect=200).json
        body = bodies.append(loaded["metadata"])
        receipt = (name, body["updates"][0]["snapshot"]["snapshot-id"])
        done += member.note(member.client.post(path, body), receipt)


def check_history(metadata: dict, acknowledged: list[int]) -> None:
    snapshots = sorted(metadata.get("snapshots", []), key=lambda s: s["sequence-number"])
    ids = [snapshot["snapshot-id"] for snapshot in snapshots]
    doubled = [item for item, count in Counter(ids).items() if count > 1]
    assert doubled == []
    assert sorted(ids) == sorted(acknowledged), "lost, or there without being acknowledged"
    assert [s["sequence-number"] for s in snapshots] == list(range(1, len(ids) + 1))
    assert [s.get("parent-snapshot-id") for s in snapshots] == [None, *ids[:-1]][: len(ids)]
    assert [entry["snapshot-id"] for entry in metadata.get("snapshot-log", [])] == ids
    times = [entry["timestamp-ms"] for entry in metadata.get("snapshot-log", [])]
    assert times == sorted(times)
    if ids:
        assert metadata["current-snapshot-id"] == ids[-1]
        assert metadata["last-sequence-number"] == len(ids)


@pytest.mark.parametrize("tables", [1, 8, 32])
def test_appends(catalog, ns, seconds, quota, tables):
    targets = [(ns, f"t{number}") for number in range(tables)]
    for target in targets:
        catalog.make_table(*target)
    outcome = crowd.run(
        catalog.client.uri,
        lambda member: append_until(member, catalog, targets, quota),
        seconds,
    )
    assert outcome.acknowledged
    for _, name in targets:
        mine = [snapshot for table, snapshot in outcome.acknowledged if table == name]
        check_history(catalog.metadata(ns, name), mine)


def test_compatible_commits_all_succeed(catalog, ns, quota):
    """Nothing is asserted but the table's identity, so the server has to retry, not the client."""
    uuid = catalog.make_table(ns, "t")["metadata"]["table-uuid"]
    path = catalog.path(ns, "tables", "t")
    requirement = {"type": "assert-table-uuid", "uuid": uuid}

    def work(member) -> None:
        for number in range(min(quota, 20)):
            name = f"w{member.number}-{number}"
            updates = [bodies.set_properties(**{name: "1"})]
            body = {"requirements": [requirement], "updates": updates}
            answer = member.client.post(path, body)
            while answer.status == 429:
                answer = member.client.post(path, body)
            member.note(answer, name)

    outcome = crowd.run(catalog.client.uri, work, 60)
    assert set(outcome.statuses) == {200}
    properties = catalog.metadata(ns, "t")["properties"]
    assert [name for name in outcome.acknowledged if name not in properties] == []


def test_transactions_keep_two_tables_in_step(catalog, ns, quota):
    """Each transaction writes one value into both tables; readers never see a third state last."""
    for name in ("a", "b"):
        catalog.make_table(ns, name)

    def work(member) -> None:
        for number in range(min(quota, 10)):
            value = f"{member.number}-{number}"
            updates = [bodies.set_properties(value=value)]
            names = ("a", "b") if member.number % 2 else ("b", "a")
            changes = [
                {"identifier": identifier(ns, name), "requirements": [], "updates": updates}
                for name in names
            ]
            answer = member.client.post("transactions/commit", {"table-changes": changes})
            member.note(answer, value)

    outcome = crowd.run(catalog.client.uri, work, 60)
    assert outcome.acknowledged
    values = [catalog.metadata(ns, name)["properties"]["value"] for name in ("a", "b")]
    assert values[0] == values[1]
    assert values[0] in outcome.acknowledged
