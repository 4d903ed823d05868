"""Metadata files of a local warehouse, named by their locations."""

import gzip
import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

GZIP_MAGIC = b"\x1f\x8b"


def path_of(location: str) -> Path:
    """A `file:` location, whose path may or may not be percent-encoded, as a local path."""
    path = urlsplit(location).path if location.startswith("file:") else location
    plain = Path(path)
    return plain if plain.exists() else Path(unquote(path))


def read_metadata(location: str) -> dict:
    content = path_of(location).read_bytes()
    return json.loads(gzip.decompress(content) if content.startswith(GZIP_MAGIC) else content)
