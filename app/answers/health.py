"""Whether the lab works, and how busy it is."""

from __future__ import annotations

from typing_extensions import TypedDict

from app.answers.shape import Number, answer


@answer
class HealthAnswer(TypedDict):
    """`status`: "ok", or "degraded" when the lab cannot take runs (`ready` is false), with the `reason`. `server`:
    another id after each start. `workers`: how many trainings may run at the same time; `busy`: how many do; `queued`:
    how many wait. `viewers`: open pages."""

    status: str
    ready: bool
    reason: str | None
    warnings: list[str]
    version: str
    server: str
    uptime_seconds: Number
    workers: int
    busy: int
    queued: int
    viewers: int


@answer
class AliveAnswer(TypedDict):
    """`status` is always "alive"."""

    status: str
