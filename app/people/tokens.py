"""Tokens and secrets: random, and stored only as hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets

#: Digits of the code with which people join.
CODE_DIGITS = 6


def new_token() -> str:
    """256 random bits, for a cookie or a link."""
    return secrets.token_urlsafe(32)


def new_code(but: str = "") -> str:
    """Six random digits, other ones than `but`."""
    while (code := f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}") == but:
        pass
    return code


def hash_of(token: str) -> str:
    """What is stored of a token. A token is random enough for a fast hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def equal(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
