"""Whether the lab works, and how busy it is."""

from __future__ import annotations

from typing_extensions import TypedDict

from app.answers.shape import Number, answer


@answer
class HealthAnswer(TypedDict):
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
    status: str
