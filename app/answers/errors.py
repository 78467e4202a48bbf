"""Refusals, and the reasons that errors, failures and ends of runs have."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from app.answers.shape import answer


@answer
class Why(TypedDict):
    """A reason as a code and the values in it; see `engine/reasons.py`."""

    code: str
    values: dict[str, Any]


@answer
class ErrorDetail(TypedDict):
    code: str
    message: str
    field: str | None
    bounds: dict[str, Any] | None


@answer
class ErrorAnswer(TypedDict):
    """What every refusal looks like. `bounds.why` is a reason's code and values where `code` does not say it all."""

    error: ErrorDetail


#: For the whole application: what a request that cannot be answered gets.
ERRORS: dict[int | str, dict[str, Any]] = {
    422: {"model": ErrorAnswer, "description": "Something in the request is wrong; `field` names it."},
    "4XX": {"model": ErrorAnswer, "description": "The request is refused."},
    "5XX": {"model": ErrorAnswer, "description": "The lab cannot do it now."},
}
