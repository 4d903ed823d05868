"""A plain HTTP/1.1 connection that sends paths exactly as given.

Client libraries tidy up `..`, `%2F` and `%1F` in a path; the suites need them untouched.
"""

import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT_S = 60


class DuplicateKey(ValueError):
    pass


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body, object_pairs_hook=_object)

    @property
    def error(self) -> dict:
        return self.json["error"]

    def __str__(self) -> str:
        return f"{self.status} {self.body[:600]!r}"


class Wire:
    """One kept-alive connection; opened anew when the server has closed it."""

    def __init__(self, uri: str):
        parts = urlsplit(uri)
        self.address = (parts.hostname, parts.port)
        self.connection: http.client.HTTPConnection | None = None

    def send(self, method: str, target: str, body: bytes | None, headers: dict) -> Answer:
        fresh = self.connection is None
        try:
            return self._exchange(method, target, body, headers)
        except (http.client.BadStatusLine, ConnectionError):
            # A kept-alive connection may have been closed in between; a fresh one may not.
            self.close()
            if fresh:
                raise
            return self._exchange(method, target, body, headers)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _exchange(self, method: str, target: str, body: bytes | None, headers: dict) -> Answer:
        if self.connection is None:
            self.connection = http.client.HTTPConnection(*self.address, timeout=TIMEOUT_S)
        self.connection.putrequest(method, target, skip_accept_encoding=True)
        sent = {name.lower() for name in headers}
        if "content-length" not in sent and (body is not None or method in ("POST", "PUT")):
            self.connection.putheader("Content-Length", str(len(body or b"")))
        for name, value in headers.items():
            self.connection.putheader(name, value)
        self.connection.endheaders(body)
        response = self.connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        if response.will_close:
            self.close()
        return answer


def _object(pairs: list[tuple]) -> dict:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise DuplicateKey(f"duplicate key among {[key for key, _ in pairs]}")
    return result
