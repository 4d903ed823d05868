"""Checks that PyIceberg reads metadata Firn printed: the files given, or every file of a folder.

usage: python read_back.py FILE_OR_FOLDER ...   (with pyiceberg installed)
"""

import pathlib
import sys

from pyiceberg.table.metadata import TableMetadataUtil
from pyiceberg.view.metadata import ViewMetadata


def read(path):
    text = path.read_text()
    if '"view-uuid"' in text:
        return ViewMetadata.model_validate_json(text).view_uuid
    return TableMetadataUtil.parse_raw(text).table_uuid


def main(arguments):
    paths = []
    for argument in map(pathlib.Path, arguments):
        paths += sorted(argument.glob("*.json")) if argument.is_dir() else [argument]
    for path in paths:
        print(path.name, read(path))
    return 0 if paths else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
