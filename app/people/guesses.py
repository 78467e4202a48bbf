"""Guesses: how often a wrong code may be tried. They count for the code, not for an address: a whole school may have
the same address."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

from app.people.tokens import equal, new_token

#: Wrong codes that cost nothing: a class that mistypes.
FREE = 30
#: A wrong code is forgotten after this time.
FORGOTTEN_SECONDS = 10.0
#: The pause doubles with each further group of this number of wrong codes, up to a bound.
DOUBLES_EVERY = 5
MAX_PAUSE = 30.0
#: Further wrong codes do not make the pause longer.
COUNTED = FREE + 5 * DOUBLES_EVERY
#: How many wrong codes each browser may try, whatever others try.
OWN = 3
#: When all `browsers` tokens have been signed, one more is signed every this many seconds.
BROWSER_SECONDS = 120.0


class Guesses:
    """Wrong guesses of one code. After too many, no one can try for some seconds, which grow with each wrong guess: a
    right one must not get through where wrong ones are refused, or guessing would cost nothing.

    A browser that has opened the page on which people join is not stopped by others: its token is signed, and it has a
    few wrong guesses of its own before it waits with all. So who mistypes, or plays with the page, slows down no one
    else. Anyone can open the page again and again without cookies; so only some tokens are signed, and the guesses
    that these add to those of all are few.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, browsers: int = 1000) -> None:
        """
        Args:
            browsers: how many tokens may be signed at once.
        """
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._most = browsers
        self.renew()

    def renew(self) -> None:
        """There is another code, for which there are no guesses yet. Browsers stay known."""
        self._wrong = 0.0
        self._counted = self._issued = self._clock()
        self._closed_until = 0.0
        self._own: dict[str, int] = {}  # wrong guesses by browser; no more than are known
        self._left = float(self._most)

    def new_browser(self) -> str:
        """A token for a browser that has opened the page; signed, if not too many are already."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._issued) / BROWSER_SECONDS)
        self._issued = now
        token = new_token()
        if self._left < 1:
            return token
        self._left -= 1
        return f"{token}.{self._sign(token)}"

    def knows(self, browser: str) -> bool:
        """Whether a browser's token is signed."""
        token, _, signature = browser.rpartition(".")
        return bool(token) and equal(signature, self._sign(token))

    def pause(self, browser: str = "") -> float:
        """Seconds until the next guess of a browser is taken; 0: it is taken now."""
        return 0.0 if self._has_own(browser) else max(0.0, self._closed_until - self._clock())

    def note_wrong(self, browser: str = "") -> None:
        """A guess of a browser was wrong."""
        if self._has_own(browser):
            self._own[browser] = self._own.get(browser, 0) + 1
            return
        now = self._clock()
        self._wrong = max(0.0, self._wrong - (now - self._counted) / FORGOTTEN_SECONDS) + 1
        self._wrong = min(self._wrong, COUNTED)
        self._counted = now
        beyond = self._wrong - FREE
        if beyond > 0:
            self._closed_until = now + min(MAX_PAUSE, 2 ** (beyond / DOUBLES_EVERY))

    def _has_own(self, browser: str) -> bool:
        """Whether a browser has wrong guesses of its own left."""
        return self.knows(browser) and self._own.get(browser, 0) < OWN

    def _sign(self, token: str) -> str:
        return hmac.new(self._key, token.encode(), hashlib.sha256).hexdigest()
