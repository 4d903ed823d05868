"""A REST client for tests: every answer is checked before the test sees it.

Checked are the documented status, the body's schema, the error model, and that answers without a
body have none. `expect` names the status a test wants, `error` the exact error type.
"""

import json as json_module
import os
from collections import Counter
from urllib.parse import quote, urlencode

from harness.openapi import ApiDocument
from harness.wire import Answer, Wire

# Statuses that belong to HTTP or to Firn's limits rather than to an operation of the document.
ANY_OPERATION = {413, 429}
# The only types that may come with a status.
ERROR_TYPES = {
    # IllegalArgumentException: what the Java client turns into its own exception of that name.
    400: {"BadRequestException", "IllegalArgumentException"},
    404: {
        "NoSuchNamespaceException",
        "NoSuchTableException",
        "NoSuchViewException",
        "NoSuchWarehouseException",
        "NoSuchPlanIdException",
        "NoSuchPlanTaskException",
        "NotFoundException",
    },
    406: {"UnsupportedOperationException"},
    409: {"AlreadyExistsException", "NamespaceNotEmptyException", "CommitFailedException"},
    422: {"UnprocessableEntityException"},
}
# Set while comparing with Iceberg's reference server, whose 400s carry Java class names.
AGAINST_REFERENCE = bool(os.environ.get("FIRN_TEST_REFERENCE"))


def segment(*levels: str) -> str:
    """A namespace or a name as one path segment."""
    return quote("\x1f".join(levels), safe="")


class RestClient:
    """Paths are relative to /v1/ (or /v1/{prefix}/) and percent-encoded by the caller."""

    touched: Counter = Counter()  # operationId -> calls, over the whole process
    answered: Counter = Counter()  # (operationId, status as documented) -> answers

    def __init__(self, uri: str, document: ApiDocument | None, prefix: str = ""):
        self.uri = uri
        self.document = document
        self.prefix = prefix
        self.wire = Wire(uri)

    def with_prefix(self, prefix: str) -> "RestClient":
        return RestClient(self.uri, self.document, prefix)

    def get(self, path: str, **options) -> Answer:
        return self.call("GET", path, **options)

    def head(self, path: str, **options) -> Answer:
        return self.call("HEAD", path, **options)

    def post(self, path: str, json: object = None, **options) -> Answer:
        return self.call("POST", path, json=json, **options)

    def delete(self, path: str, **options) -> Answer:
        return self.call("DELETE", path, **options)

    def call(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        query: dict | None = None,
        headers: dict | None = None,
        expect: int | set[int] | None = None,
        error: str | None = None,
        documented: bool = True,
    ) -> Answer:
        body = None if json is None else json_module.dumps(json).encode()
        return self.raw(
            method,
            path,
            body,
            query=query,
            headers=headers,
            expect=expect,
            error=error,
            documented=documented,
        )

    def raw(
        self,
        method: str,
        path: str,
        body: bytes | None,
        *,
        query: dict | None = None,
        headers: dict | None = None,
        expect: int | set[int] | None = None,
        error: str | None = None,
        documented: bool = True,
    ) -> Answer:
        sent = {"Content-Type": "application/json"} if body is not None else {}
        sent.update(headers or {})
        target = f"/v1/{self.prefix}/{path}" if self.prefix else f"/v1/{path}"
        if query:
            target += "?" + urlencode(query)
        answer = self.wire.send(method, target, body, sent)
        what = f"{method} {target} answered {answer}"
        if expect is not None:
            wanted = {expect} if isinstance(expect, int) else expect
            assert answer.status in wanted, f"{what}, wanted {sorted(wanted)}"
        if documented:
            keyed = "Idempotency-Key" in sent
            self._check(method, f"/v1/{path.split('?')[0]}", answer, what, keyed)
        else:
            check_error_model(answer, what)
        if error is not None and not (AGAINST_REFERENCE and answer.status == 400):
            assert answer.error["type"] == error, f"{what}, wanted type {error}"
        return answer

    def _check(self, method: str, path: str, answer: Answer, what: str, with_key: bool) -> None:
        if method == "HEAD" or answer.status in (204, 304):
            assert answer.body == b"", f"{what}: must have no body"
        elif answer.status >= 400:
            check_error_model(answer, what)
        operation = self.document and self.document.operation(method, path)
        if not operation:
            assert not self.document or answer.status >= 400, f"{what}: no such operation"
            return
        RestClient.touched[operation.id] += 1
        RestClient.answered[operation.id, operation.documented(answer.status)] += 1
        allowed = ANY_OPERATION | ({422} if with_key else set())
        if answer.status in allowed and str(answer.status) not in operation.responses:
            return
        body = answer.json if answer.body else None
        if body is not None:
            assert answer.headers.get_content_type() == "application/json", what
        problems = self.document.problems(operation, answer.status, body)
        if AGAINST_REFERENCE:  # v3 metadata of the reference has nulls that the document has not
            problems = [found for found in problems if "current-snapshot-id" not in found]
        assert not problems, f"{what}\n  " + "\n  ".join(problems[:10])


def check_error_model(answer: Answer, what: str) -> None:
    assert answer.headers.get_content_type() == "application/json", f"{what}: not JSON"
    body = answer.json
    assert set(body) == {"error"}, f"{what}: only `error` is allowed at the top"
    error = body["error"]
    assert set(error) <= {"message", "type", "code", "stack"}, what
    assert error["code"] == answer.status, f"{what}: code is not the status"
    assert isinstance(error["message"], str), f"{what}: no message"
    assert error["message"], f"{what}: empty message"
    known = ERROR_TYPES.get(answer.status)
    if known and not AGAINST_REFERENCE:
        assert error["type"] in known, f"{what}: type is not one of {sorted(known)}"
