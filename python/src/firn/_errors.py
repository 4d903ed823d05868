"""What goes wrong, by what the caller should do about it."""

from __future__ import annotations

from typing import Any


class Error(Exception):
    """Any error of Firn's.

    Attributes:
        message: what happened, fit to be shown: without secrets.
        code: its name, as in Firn's logs: "NoSuchTable", "CommitConflict", ...
        context: what was being worked on, for example {"file": "s3://..."}.
        retryable: True where the same call may succeed later, and nothing was changed.
    """

    code = "Internal"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        context: dict[str, str] | None = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.context = dict(context or {})
        self.retryable = retryable

    def __str__(self) -> str:
        return self.message + "".join(f" [{k}={v}]" for k, v in self.context.items())

    def __reduce__(self) -> tuple[Any, ...]:
        return error_of, (self.code, self.message, self.context, self.retryable)


class InvalidArgumentError(Error, ValueError):
    """The input is wrong; sending it again cannot help."""

    code = "InvalidArgument"


class UnsupportedError(Error, NotImplementedError):
    """Valid, but Firn, or the catalog, does not do it."""

    code = "Unsupported"


class UnauthenticatedError(Error):
    """No or expired credentials."""

    code = "Unauthenticated"


class ForbiddenError(Error):
    """Authenticated, but not allowed."""

    code = "Forbidden"


class NotFoundError(Error, LookupError):
    """What is named is not there: a snapshot, a ref, a file, ..."""

    code = "NotFound"


class NoSuchWarehouseError(NotFoundError):
    """The catalog has no warehouse of that name."""

    code = "NoSuchWarehouse"


class NoSuchNamespaceError(NotFoundError):
    """The catalog has no namespace of that name."""

    code = "NoSuchNamespace"


class NoSuchTableError(NotFoundError):
    """The catalog has no table of that name."""

    code = "NoSuchTable"


class NoSuchViewError(NotFoundError):
    """The catalog has no view of that name."""

    code = "NoSuchView"


class AlreadyExistsError(Error):
    """The name is taken."""

    code = "AlreadyExists"


class ConflictError(Error):
    """What is named is in a state that does not allow this now."""

    code = "Conflict"


class NamespaceNotEmptyError(ConflictError):
    """Drop what the namespace holds first."""

    code = "NamespaceNotEmpty"


class CommitConflictError(ConflictError):
    """Another commit contradicts this one, which did not happen: refresh the table, and repeat."""

    code = "CommitConflict"


class CommitStateUnknownError(Error):
    """The commit may have happened or may yet happen: look before it is repeated."""

    code = "CommitStateUnknown"


class InvalidMetadataError(Error):
    """A stored file is corrupt, or not what the specification says."""

    code = "InvalidMetadata"


class PayloadTooLargeError(Error, ValueError):
    """The input exceeds a limit, which the message names."""

    code = "PayloadTooLarge"


class ResourceExhaustedError(Error):
    """Out of memory, or the catalog is busy: repeat after a pause; nothing was changed."""

    code = "ResourceExhausted"


class UnavailableError(Error):
    """The catalog or the storage is down: repeat after a pause; nothing was changed."""

    code = "Unavailable"


class DeadlineExceededError(Error, TimeoutError):
    """The time for the call was over before anything was changed."""

    code = "DeadlineExceeded"


class IoError(Error):
    """The storage or the network failed."""

    code = "IoError"


class InternalError(Error):
    """A bug of Firn's."""

    code = "Internal"


def _classes(base: type[Error]) -> dict[str, type[Error]]:
    found = {base.code: base} if base is not Error else {}
    for derived in base.__subclasses__():
        found |= _classes(derived)
    return found


_CLASSES = _classes(Error) | {
    "IllegalView": InvalidArgumentError,
    "Unprocessable": InvalidArgumentError,
    "LostRace": CommitConflictError,
}


def error_of(code: str, message: str, context: dict[str, str], retryable: bool) -> Error:
    """The error of a code of Firn's."""
    kind = _CLASSES.get(code, Error)
    return kind(message, code=code, context=context, retryable=retryable)
