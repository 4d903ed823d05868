import pytest

from harness import bodies
from harness.catalog import Catalog
from harness.client import RestClient


@pytest.fixture
def catalog(firn_server) -> Catalog:
    return Catalog(RestClient(firn_server.uri, None))


@pytest.fixture
def ns(catalog) -> tuple[str, ...]:
    name = bodies.unique("soak")
    catalog.make_namespace(name)
    return (name,)


@pytest.fixture
def seconds(request) -> float:
    """How long one soak may write; it ends sooner when its quota of commits is done."""
    return 120.0 if request.config.getoption("--full") else 4.0


@pytest.fixture
def quota(request) -> int:
    """Acknowledged commits that each writer stops at."""
    return 200 if request.config.getoption("--full") else 10
