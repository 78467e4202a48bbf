"""What can go wrong, as the page and the API see it: one shape, one code each."""

from __future__ import annotations

from typing import Any


class LabError(Exception):
    """An error with a stable code. Rendered as `{"error": {"code", "message", "field", "bounds"}}`."""

    status = 400
    code = "bad_request"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str | None = None,
        bounds: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.bounds = bounds
        if code is not None:
            self.code = code

    def body(self) -> dict[str, Any]:
        return error_body(self.code, self.message, self.field, self.bounds)


class NotFound(LabError):
    status = 404
    code = "not_found"


class Conflict(LabError):
    """The command does not fit the run's status."""

    status = 409
    code = "illegal_transition"


class Invalid(LabError):
    """Input that names a field which is wrong."""

    status = 422
    code = "invalid"


class QueueFull(LabError):
    status = 503
    code = "queue_full"


class StoreUnavailable(LabError):
    """The database cannot be written: the disk is full or broken. Training waits; nothing is lost."""

    status = 503
    code = "store_unavailable"


def error_body(
    code: str, message: str, field: str | None = None, bounds: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "field": field, "bounds": bounds}}
