"""The suite of every ObjectStore, in C++, over a real S3 server."""

import os
import subprocess

from harness import places
from harness.object_server import BUCKET

TIMEOUT_S = 120


def test_the_store_keeps_the_ports_promises(s3):
    build = places.firn_binary().parent
    program = build / "src" / "storage" / "s3" / "firn_storage_s3_test"
    environment = {
        "FIRN_TEST_S3_ENDPOINT": s3.endpoint,
        "FIRN_TEST_S3_BUCKET": BUCKET,
        **s3.environment(),
    }
    ran = subprocess.run(
        [program, "--gtest_filter=*RealS3*", "--gtest_brief=1"],
        env={**os.environ, **environment},
        timeout=TIMEOUT_S,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert " 0 tests" not in ran.stdout, "built without the suite"
