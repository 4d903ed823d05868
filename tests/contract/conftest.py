from pathlib import Path

import pytest
from scope import BUILT, NEVER, NOT_PROVOKED

from harness import bodies, places
from harness.catalog import Catalog
from harness.client import RestClient
from harness.openapi import ApiDocument

MISSING_DOCUMENT = (
    "contract: skipped: no OpenAPI document (FIRN_ICEBERG_OPENAPI, or "
    "shared/spec/rest-catalog-open-api.yaml beside the repository): answers are not checked "
    "against its schemas and statuses"
)


def pytest_report_header():
    return None if places.openapi_document() else MISSING_DOCUMENT


def pytest_terminal_summary(terminalreporter):
    if not places.openapi_document():
        terminalreporter.write_line(MISSING_DOCUMENT)


def pytest_sessionfinish(session, exitstatus):
    """A whole run that never called some operation is not a passing run."""
    if exitstatus != 0 or not is_whole(session.config) or not places.openapi_document():
        return
    untouched = sorted(set(BUILT.values()) - set(RestClient.touched))
    if untouched:
        print(f"operations never called: {untouched}")
    unseen = statuses_never_seen(ApiDocument(places.openapi_document()))
    for line in unseen:
        print(line)
    if untouched or unseen:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def is_whole(config: pytest.Config) -> bool:
    """True for a run of all files: the folder, or one that holds it, was named."""
    suite = Path(__file__).resolve().parent
    named = [(config.invocation_params.dir / arg).resolve() for arg in config.args]
    narrowed = config.option.keyword or config.option.markexpr
    return not narrowed and any(path in (suite, *suite.parents) for path in named)


def statuses_never_seen(document: ApiDocument) -> list[str]:
    """Documented statuses that no answer had and no line of scope.py excuses; and excuses that
    are not needed."""
    findings = excuses_of_nothing(document)
    for operation in document.operations:
        if operation.id not in BUILT.values():
            continue
        for status in operation.responses:
            seen = RestClient.answered[operation.id, status] > 0
            excused = status in NEVER or (operation.id, status) in NOT_PROVOKED
            if not seen and not excused:
                findings.append(f"never answered: {operation.id} {status}")
            if seen and excused:
                findings.append(f"answered after all: {operation.id} {status}")
    return findings


def excuses_of_nothing(document: ApiDocument) -> list[str]:
    """Lines of scope.py about what the document does not name, or which say the same twice."""
    built = [each for each in document.operations if each.id in BUILT.values()]
    documented = {(each.id, status) for each in built for status in each.responses}
    return [
        f"excused, but not documented: {operation} {status}"
        for operation, status in sorted(NOT_PROVOKED)
        if (operation, status) not in documented
    ] + [
        f"excused twice: {operation} {status}"
        for operation, status in sorted(NOT_PROVOKED)
        if status in NEVER
    ]


@pytest.fixture(scope="session")
def document() -> ApiDocument | None:
    path = places.openapi_document()
    return ApiDocument(path) if path else None


@pytest.fixture(scope="session")
def client(firn_server, document) -> RestClient:
    return RestClient(firn_server.uri, document)


@pytest.fixture(scope="session")
def catalog(client) -> Catalog:
    return Catalog(client)


@pytest.fixture
def ns(catalog) -> tuple[str, ...]:
    """A namespace of this test alone."""
    name = bodies.unique("ns")
    catalog.make_namespace(name)
    return (name,)


@pytest.fixture
def table(catalog, ns) -> tuple[tuple[str, ...], str]:
    """(namespace, name) of a fresh table without snapshots."""
    catalog.make_table(ns, "t")
    return ns, "t"


@pytest.fixture
def view(catalog, ns) -> tuple[tuple[str, ...], str]:
    catalog.make_view(ns, "v")
    return ns, "v"


@pytest.fixture
def key() -> dict[str, str]:
    """An Idempotency-Key header of this test alone."""
    return {"Idempotency-Key": bodies.idempotency_key()}
