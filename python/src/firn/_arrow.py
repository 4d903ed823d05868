"""Loads pyarrow before the native module, so that both use one Arrow library, and ends what still
runs when the process does.
"""

import atexit

import pyarrow

#: The series of pyarrow that the native module was built for: its C++ libraries have no stable ABI.
ARROW_VERSION = "26.0"

if not pyarrow.__version__.startswith(ARROW_VERSION + "."):
    raise ImportError(
        f"firn needs pyarrow {ARROW_VERSION}.x, but pyarrow {pyarrow.__version__} is installed: "
        f"pip install 'pyarrow=={ARROW_VERSION}.*'"
    )

from firn import _firn  # noqa: E402

atexit.register(_firn.shut_down)
