import os

import pytest

from harness.object_server import Missing, object_server

KINDS = os.environ.get("FIRN_TEST_S3_SERVERS", "versitygw").split()


@pytest.fixture(scope="session", params=KINDS)
def s3(request):
    """A running S3 server with an empty bucket."""
    try:
        with object_server(request.param) as server:
            yield server
    except Missing as missing:
        pytest.skip(str(missing))
