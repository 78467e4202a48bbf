"""Reasons that must be more than a text."""

from __future__ import annotations

from engine.reasons import Reason


def reason_in(text: str | None) -> Reason:
    """A message of the lab as the `Reason` that it must be."""
    assert isinstance(text, Reason), f"no code: {text!r}"
    return text
