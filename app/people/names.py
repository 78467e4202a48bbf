"""Names: nicknames and codes as people type them."""

from __future__ import annotations

import unicodedata

from app.errors import Invalid
from engine.reasons import Reason

#: The longest nickname.
MAX_NICKNAME = 24


def digits(code: str) -> str:
    """A code as it is compared: without spaces and hyphens, in ASCII digits."""
    return "".join(c for c in unicodedata.normalize("NFKC", code) if c not in " -")


def nickname(given: str) -> str:
    """A nickname in one line, as it is stored.

    Raises:
        Invalid: there is nothing in it, or it is too long.
    """
    name = "".join(c for c in unicodedata.normalize("NFC", given) if c.isprintable() or c.isspace())
    name = " ".join(name.split())
    if not name:
        raise Invalid("a nickname is needed", code="missing", field="nickname")
    if len(name) > MAX_NICKNAME:
        text = f"nickname must have at most {MAX_NICKNAME} characters, not {len(name)}"
        raise Invalid(
            Reason("too_long", text, most=MAX_NICKNAME),
            field="nickname",
            bounds={"maximum": MAX_NICKNAME},
        )
    return name
