"""The browser: which one, and how it is started."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, BrowserType, sync_playwright

#: Chromium without windows: a tab takes half the work to open.
_SHELL = "chromium-headless-shell"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
#: Where labs are. Names and addresses of all other hosts lead nowhere: what asks one fails, and the console says so.
OWN_HOST = "127.0.0.1"
NO_OTHER_HOST = f"MAP * ~NOTFOUND, EXCLUDE {OWN_HOST}"
#: No sandbox: it needs privileges that containers do not give. The others stop the browser's own requests.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules={NO_OTHER_HOST}",
    # Playwright wants a stack with each error, also with one that Plotly's script raises and catches while it begins.
    # To find its lines V8 would parse the whole script again, in as much time as the script itself takes.
    # A page lives too shortly here for its functions to be compiled a third and a fourth time. What a tab has compiled
    # stays, also while it is not used, as the next page in it needs it again.
    "--js-flags=--no-enable-lazy-source-positions,--no-opt,--no-maglev,--no-flush-bytecode",
]


def _find(*names: str) -> str | None:
    """The first installed one of these browsers (see scripts/ensure-browser.sh). None: Playwright's own."""
    found = os.environ.get("LOSSROOM_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    return found or (_MAC if Path(_MAC).exists() else None)


@contextlib.contextmanager
def open_chromium(*more_flags: str) -> Iterator[Browser]:
    """A browser, which ends with the block. Only one such block can be open in a thread; see `launch`."""
    with sync_playwright() as playwright, launch(playwright.chromium, *more_flags) as browser:
        yield browser


def launch(kind: BrowserType, *more_flags: str) -> Browser:
    """One more browser, of the kind of one that is open: `browser.browser_type`."""
    return kind.launch(executable_path=_find(_SHELL, *_NAMES), args=[*_FLAGS, *more_flags])


def launch_with_profile(kind: BrowserType, profile: Path, **options: Any) -> BrowserContext:
    """One more browser, which keeps in the folder `profile` what it stores, and reads its preferences there.

    It is a whole Chromium: one without windows reads no preferences.
    """
    browser: dict[str, Any] = (
        {"executable_path": path} if (path := _find(*_NAMES)) else {"channel": "chromium"}
    )
    return kind.launch_persistent_context(profile, args=_FLAGS, **browser, **options)
