"""Tabs of a browser, which tests borrow and give back."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page

from tests.support.waiting import PATIENCE

#: Gives a test one of the page's own modules by its name under static/js; the page has them by their version's address.
MODULE = (
    "window.pageModule = (name) => import(new URL(name, document.querySelector('script[type=module]').src))"
)

USUAL: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US"}


class Tabs:
    """Tabs that tests borrow and give back, each in a context of its own.

    A new context is a new process, which compiles Plotly's 4.6 MB anew: five times the work of opening the page in
    a tab that has had it before. So tabs are kept, by the options of their context, and what a page leaves behind is
    cleared away between two tests.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[Page]] = {}

    def borrow(self, *, kept: bool = True, **options: Any) -> Page:
        """A tab with these options of its context; one that is not `kept` has had no page before."""
        options = {**USUAL, **options}
        if kept and (free := self._free.get(repr(options))):
            return free.pop()
        context = self._browser.new_context(**options)
        context.set_default_timeout(1000 * PATIENCE)
        context.add_init_script(MODULE)
        return context.new_page()

    def give_back(self, tab: Page, origin: str, **options: Any) -> None:
        options = {**USUAL, **options}
        if tab.evaluate("location.origin") != origin:
            tab.context.close()  # what the page has stored cannot be reached from where the tab is now
            return
        # A tab that leaves by itself keeps its process, and its origin: what is stored in parting is cleared too.
        tab.evaluate("location.href = 'about:blank'")
        tab.wait_for_url("about:blank")
        tab.evaluate("localStorage.clear(); sessionStorage.clear()")
        tab.context.clear_cookies()
        tab.set_viewport_size(options["viewport"])
        tab.mouse.move(0, 0)
        self._free.setdefault(repr(options), []).append(tab)
