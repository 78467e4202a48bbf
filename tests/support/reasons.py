"""Checks that a message has a code and values, and is not only a text."""

from __future__ import annotations

from engine.reasons import Reason


def reason_in(text: str | None) -> Reason:
    """The message as a `Reason`; fails if it is only a text."""
    assert isinstance(text, Reason), f"no code: {text!r}"
    return text
