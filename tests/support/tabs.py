"""Browser tabs that tests borrow and give back."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page

from tests.support.waiting import TIMEOUT

#: Gives a test one of the page's modules by its name under static/js; the page loads it from an address with a version.
MODULE = (
    "window.pageModule = (name) => import(new URL(name, document.querySelector('script[type=module]').src))"
)

DEFAULTS: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US"}
#: Options that a tab can take on later: what the page is drawn for, with the values of a new context.
MEDIA: dict[str, Any] = {"color_scheme": "light", "forced_colors": "none"}


class Tabs:
    """Tabs that tests borrow and give back, each in its own browser context.

    A new context is a new process, which compiles Plotly again: five times the work of opening the page in a tab that
    had it before. So tabs are reused, by those options of their context that cannot be changed, and cleared between two
    tests.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[Page]] = {}

    def borrow(self, *, reused: bool = True, **options: Any) -> Page:
        """A tab whose context has these options; a new one if not `reused`."""
        options = {**DEFAULTS, **MEDIA, **options}
        viewport = options.pop("viewport")
        media = {name: options.pop(name) for name in MEDIA}
        if reused and (free := self._free.get(repr(options))):
            tab = free.pop()
            tab.set_viewport_size(viewport)
            tab.emulate_media(**media)
            return tab
        context = self._browser.new_context(viewport=viewport, **options, **media)
        context.set_default_timeout(1000 * TIMEOUT)
        context.add_init_script(MODULE)
        return context.new_page()

    def give_back(self, tab: Page, origin: str, **options: Any) -> None:
        """Clear a tab for the next test that borrows one with the same options.

        Args:
            origin: the origin of the lab, whose storage is cleared; a tab at another one is closed.
            options: those with which it was borrowed.
        """
        options = {
            name: value
            for name, value in {**DEFAULTS, **options}.items()
            if name != "viewport" and name not in MEDIA
        }
        tab.unroute_all(behavior="ignoreErrors")
        if tab.evaluate("location.origin") != origin:
            tab.context.close()  # from another origin, the page's storage cannot be cleared
            return
        leave(tab)  # what the page stores when it is left is cleared too
        tab.evaluate("localStorage.clear(); sessionStorage.clear()")
        tab.context.clear_cookies()
        tab.mouse.move(0, 0)
        self._free.setdefault(repr(options), []).append(tab)


def leave(tab: Page) -> None:
    """Go to an empty page. A tab that navigates by itself keeps its origin, its process, and what this has compiled."""
    if tab.url != "about:blank":
        tab.evaluate("location.href = 'about:blank'")
        tab.wait_for_url("about:blank")
