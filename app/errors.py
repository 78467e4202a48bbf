"""Errors of the HTTP interface. All have the same JSON shape, and each has a stable code."""

from __future__ import annotations

from typing import Any

from engine.reasons import Reason, declare

#: The codes of the lab's reasons, each with the placeholders of its texts; see `engine.reasons`.
PLACEHOLDERS: dict[str, tuple[str, ...]] = {
    "bad_request": (),
    "method_not_allowed": (),
    "not_found": (),
    "illegal_transition": ("status",),
    "changed_meanwhile": (),
    "invalid": ("field",),
    "internal": (),
    "queue_full": ("queued", "most"),
    "store_unavailable": ("why",),
    "store_damaged": ("error",),
    "store_locked": (),
    "store_silent": (),
    "too_many_paused": ("paused",),
    "replay_long": ("seconds", "most", "nearest"),
    "replay_failed": ("iteration", "why"),
    "replay_busy": ("most",),
    "replay_died": (),
    "replay_silent": (),
    "replay_not_started": ("why",),
    "landscape_long": ("seconds", "most"),
    "landscape_large": ("parameters", "most"),
    "landscape_failed": ("why",),
    "rate_long": ("seconds", "most"),
    "rate_failed": ("why",),
    "cross_origin": ("origin", "host"),
    "unknown_host": ("host",),
    "forwarded_prefix": (),
    "too_many_changes": ("most",),
    # studies
    "study_status": ("status",),
    "study_budget": ("seconds",),
    "study_failed": ("why",),
    "too_many_studies": ("most",),
    "trial_waits": (),
    "request_too_long": ("sent", "megabytes"),
    "request_too_slow": ("seconds", "longest"),
    "no_runs": (),
    "fork_unrecorded": ("iteration", "recorded"),
    "fork_not_in_torch": ("iteration",),
    "not_available": ("dataset",),
    "already_there": ("dataset",),
    # playing a lesson
    "lesson_unsealed": (),
    "lesson_other": (),
    "lesson_early": (),
    "lesson_answered": (),
    "lesson_full": (),
    "lesson_locked": (),
    # an import
    "not_an_export": ("field",),
    "other_version": ("version",),
    "not_as_exported": ("field", "problem"),
    "no_number": ("row", "column"),
    "too_many_runs": ("most",),
    "too_many_iterations": ("most",),
    "was_exported": ("status", "iteration"),
    "columns": ("columns",),
    "row_length": ("columns",),
    "iterations_ascend": ("most",),
    # why a run waits or has failed
    "lab_restarted": (),
    "going_on": ("why", "iteration"),
    "cannot_go_on": ("why",),
    "worker_ended": (),
    "worker_died": ("times", "iteration", "why"),
    "worker_not_started": ("why",),
    "worker_killed": ("signal",),
    "worker_killed_hard": ("signal",),
    "worker_exit": ("status",),
    "worker_gone": ("host",),
    "worker_left": ("host",),
    "worker_moved": (),
    "worker_out_of_reach": (),
    "data_not_here": ("dataset",),
    "data_damaged": ("dataset", "host"),
    "stream_columns": ("stream",),
    "stream_gap": ("stream", "stored", "first"),
    "stream_other": ("stream",),
}
declare(PLACEHOLDERS)


class LabError(Exception):
    """An error with a stable code. Rendered as `{"error": {"code", "message", "field", "bounds"}}`.

    The message is a `Reason` if code and bounds are not enough for a translation.
    """

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
    """The run's status does not allow the command, or another person has changed the same value meanwhile."""

    status = 409
    code = "illegal_transition"


class Invalid(LabError):
    """A value in the request is wrong; `field` names it."""

    status = 422
    code = "invalid"


class QueueFull(LabError):
    status = 503
    code = "queue_full"


class StoreUnavailable(LabError):
    """The database cannot be written: the disk is full or broken. Training waits; nothing is lost."""

    status = 503
    code = "store_unavailable"


class StoreDamaged(LabError):
    """A page of the database is damaged and cannot be read; the rest can."""

    status = 503
    code = "store_damaged"


def is_transient(error: Exception) -> bool:
    """Whether it may work in a moment: too many others wait, or the disk takes no writes now."""
    return isinstance(error, LabError) and error.status == 503 and not isinstance(error, StoreDamaged)


def error_body(
    code: str, message: str, field: str | None = None, bounds: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The JSON of an error. `bounds.why` holds the reason's code and values, from which a page words the message."""
    if isinstance(message, Reason):
        bounds = {**(bounds or {}), "why": message.why}
    return {"error": {"code": code, "message": message, "field": field, "bounds": bounds}}
