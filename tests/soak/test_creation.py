"""Races for one name, and for a namespace that is being dropped."""

from collections import Counter

import crowd
import pytest

from harness import bodies
from harness.files import path_of

ROUNDS = 5


@pytest.mark.parametrize("kind", ["namespace", "table", "view", "rename", "stage"])
def test_one_name_is_given_once(catalog, ns, kind):
    for number in range(ROUNDS):
        prepare, request = requests(catalog, ns, kind, f"{kind}{number}")
        prepare()

        def work(member, request=request) -> None:
            path, body = request(member.number)
            member.note(member.client.post(path, body))

        statuses = crowd.run(catalog.client.uri, work, 30).statuses
        won = statuses[200] + statuses[204]
        assert (won, statuses[409]) == (1, crowd.WRITERS - 1), dict(statuses)


def test_losers_leave_no_folder(catalog, ns):
    """Creations of one name, at places of their own and all at one place."""
    base = catalog.make_table(ns, "base")["metadata"]["location"]
    if not path_of(base).exists():
        pytest.skip(f"the warehouse is not on this file system: {base}")
    path = catalog.path(ns, "tables")
    for number in range(ROUNDS):
        for location in ({}, {"location": f"{base}-one{number}"}):
            name = f"t{number}{len(location)}"

            def work(member, name=name, location=location) -> None:
                body = bodies.create_table(name, **location)
                member.note(member.client.post(path, body))

            statuses = crowd.run(catalog.client.uri, work, 30).statuses
            assert statuses[200] == 1, dict(statuses)
            made = path_of(catalog.metadata(ns, name)["location"])
            files = sorted(made.rglob("*"))
            assert [file.name for file in files if file.is_dir()] == ["data", "metadata"]
            assert len([file for file in files if file.is_file()]) == 1
    folders = {path_of(catalog.metadata(ns, name)["location"]) for name in catalog.tables(ns)}
    assert set(path_of(base).parent.iterdir()) == folders


def requests(catalog, ns, kind: str, name: str):
    """(what to do before, what member `number` asks for)."""
    tables, views = catalog.path(ns, "tables"), catalog.path(ns, "views")

    def nothing() -> None: ...

    def sources() -> None:
        for number in range(crowd.WRITERS):
            catalog.make_table(ns, f"{name}-from{number}")

    def move(number: int) -> tuple[str, dict]:
        source = {"namespace": list(ns), "name": f"{name}-from{number}"}
        return "tables/rename", {
            "source": source,
            "destination": {"namespace": list(ns), "name": name},
        }

    def mixed(number: int) -> tuple[str, dict]:
        """Tables and views share one name space."""
        if number % 2:
            return tables, bodies.create_table(name)
        return views, bodies.create_view(name)

    def creating_commit(number: int) -> tuple[str, dict]:
        location = f"{staged['location']}-{number}"
        updates = [
            {"action": "upgrade-format-version", "format-version": 2},
            {"action": "add-schema", "schema": bodies.SCHEMA},
            {"action": "set-current-schema", "schema-id": -1},
            {"action": "add-spec", "spec": {"spec-id": 0, "fields": []}},
            {"action": "set-default-spec", "spec-id": -1},
            {"action": "add-sort-order", "sort-order": {"order-id": 0, "fields": []}},
            {"action": "set-default-sort-order", "sort-order-id": -1},
            {"action": "set-location", "location": location},
        ]
        body = {"requirements": [{"type": "assert-create"}], "updates": updates}
        return f"{tables}/{name}", body

    staged = {}
    if kind == "stage":
        staged = catalog.make_table(ns, name, **{"stage-create": True})["metadata"]
    return {
        "namespace": (nothing, lambda _: ("namespaces", {"namespace": [*ns, name]})),
        "table": (nothing, lambda _: (tables, bodies.create_table(name))),
        "view": (nothing, mixed),
        "rename": (sources, move),
        "stage": (nothing, creating_commit),
    }[kind]


def test_dropping_a_namespace_never_orphans_a_table(catalog):
    """Creators and one dropper race: either the table is in a live namespace, or neither is."""
    for _ in range(ROUNDS):
        ns = (bodies.unique("race"),)
        catalog.make_namespace(*ns)
        made: list[str] = []
        answers: Counter = Counter()

        def work(member, ns=ns, made=made, answers=answers) -> None:
            if member.number == 0:
                answer = member.client.delete(catalog.path(ns), expect={204, 409})
                answers[answer.status] += 1
                return
            name = f"t{member.number}"
            body = bodies.create_table(name)
            answer = member.client.post(catalog.path(ns, "tables"), body, expect={200, 404})
            if answer.status == 200:
                made.append(name)

        crowd.run(catalog.client.uri, work, 30, members=8)
        if answers[204]:
            assert made == []
            catalog.client.head(catalog.path(ns), expect=404)
        else:
            assert catalog.tables(ns) == sorted(made)
