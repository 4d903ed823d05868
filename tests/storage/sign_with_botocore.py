"""Requests signed by botocore, as JSON: what src/storage/aws/sigv4_test.cc compares with.

python tests/storage/sign_with_botocore.py > tests/golden/sigv4/botocore.json
"""

import datetime
import json
import random
import sys
from unittest import mock
from urllib.parse import quote

import botocore
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SEED = 4
CASES = 60
TEXTS = ["a", "b c", "a+b", "k=v", "ü表", "100%", "~x_y-z.", "(1)", "'q'", "a:b@c", "$f*", "#?"]
NOW = datetime.datetime(2026, 1, 31, 23, 59, 58, tzinfo=datetime.UTC)


def url(pick: random.Random, service: str) -> str:
    host = pick.choice(["bucket.s3.eu-west-1.amazonaws.com", "127.0.0.1:9000", "h.example:443"])
    segments = [pick.choice(TEXTS) for _ in range(pick.randint(0, 4))]
    if service != "s3" and pick.random() < 0.3:
        segments.insert(pick.randint(0, len(segments)), pick.choice([".", "..", ""]))
    path = "/" + "/".join(quote(segment, safe="~") for segment in segments)
    pairs = []
    for name in pick.sample(TEXTS, pick.randint(0, 4)):  # botocore drops repeated names
        value = quote(pick.choice([*TEXTS, ""]), safe="~")
        pairs.append(quote(name, safe="~") + "=" + value)
    if pick.random() < 0.3:
        pairs.append("acl")
    query = "?" + "&".join(pairs) if pairs else ""
    return f"https://{host}{path}{query}"


def case(pick: random.Random) -> dict:
    service = pick.choice(["s3", "s3", "glue", "sts"])
    token = pick.choice(["", "a/token+with=signs=="])
    presigned = pick.random() < 0.3
    headers = {}
    if pick.random() < 0.5:
        headers["x-amz-meta-a"] = pick.choice(["x", "  two  words ", "ASCII ~!"])
    if pick.random() < 0.3 and not presigned:
        headers["content-type"] = "application/json; charset=utf-8"
    body = "" if presigned else pick.choice(["", "hello", '{"a": 1}'])
    entry = {
        "method": pick.choice(["GET", "PUT", "POST", "DELETE", "HEAD"]),
        "url": url(pick, service),
        "headers": headers,
        "body": body,
        "service": service,
        "region": pick.choice(["eu-west-1", "auto"]),
        "token": token,
    }
    request = AWSRequest(
        method=entry["method"], url=entry["url"], headers=dict(headers), data=body.encode()
    )
    request.context["payload_signing_enabled"] = True
    credentials = Credentials(
        "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token or None
    )
    kinds = {
        (True, True): S3SigV4QueryAuth,
        (True, False): S3SigV4Auth,
        (False, True): SigV4QueryAuth,
        (False, False): SigV4Auth,
    }
    kind = kinds[(service == "s3", presigned)]
    extra = {"expires": 600} if presigned else {}
    kind(credentials, service, entry["region"], **extra).add_auth(request)
    if presigned:
        entry["presigned"] = request.url
    else:
        entry["authorization"] = request.headers["Authorization"]
    return entry


def main() -> None:
    pick = random.Random(SEED)
    with mock.patch("botocore.auth.get_current_datetime", return_value=NOW.replace(tzinfo=None)):
        cases = [case(pick) for _ in range(CASES)]
    document = {"botocore": botocore.__version__, "time_ms": int(NOW.timestamp() * 1000)}
    json.dump({**document, "cases": cases}, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
