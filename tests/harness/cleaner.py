"""Empties a test catalog over HTTP: views, tables, then namespaces, deepest first."""

import json
import urllib.error
import urllib.parse
import urllib.request

SEPARATOR = "\x1f"


def empty_catalog(uri: str, prefix: str = "") -> None:
    base = f"{uri}/v1/{prefix}/" if prefix else f"{uri}/v1/"
    for levels in _get(base + "namespaces").get("namespaces", []):
        _drop_namespace(base, levels)


def _drop_namespace(base: str, levels: list[str]) -> None:
    joined = urllib.parse.quote(SEPARATOR.join(levels), safe="")
    for child in _get(f"{base}namespaces?parent={joined}").get("namespaces", []):
        _drop_namespace(base, child)
    for kind in ("views", "tables"):
        for identifier in _get(f"{base}namespaces/{joined}/{kind}").get("identifiers", []):
            name = urllib.parse.quote(identifier["name"], safe="")
            _delete(f"{base}namespaces/{joined}/{kind}/{name}")
    _delete(f"{base}namespaces/{joined}")


def _get(url: str) -> dict:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def _delete(url: str) -> None:
    request = urllib.request.Request(url, method="DELETE")
    try:
        urllib.request.urlopen(request, timeout=30).close()
    except urllib.error.HTTPError as refused:
        if refused.code != 404:  # some catalogs drop an implicit parent with its last child
            raise
