"""A person's browser in a class, whatever page it shows."""

from __future__ import annotations

from typing import Any

from tests.support.lab_page import LabPage

#: Options of the browsers in which a class is tested: a desk, and a phone in Japanese.
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US"}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "locale": "ja-JP",
    "has_touch": True,
    "is_mobile": True,
    "color_scheme": "dark",
}

READY = "document.documentElement.dataset.ready === 'true'"


class ClassPage(LabPage):
    """A page of a class: the one for joining, or the lab's page of one of its people."""

    def open(self, path: str = "/") -> None:
        self.page.goto(self.lab.url + path)
        self.until(READY)

    def join(self, code: str, nickname: str) -> None:
        """Join from the page that is open, and wait for the lab's page."""
        self.page.fill("#code", code)
        self.page.fill("#nickname", nickname)
        self.page.press("#nickname", "Enter")
        self.until_ready()

    @property
    def me(self) -> str | None:
        """Number and nickname at the top."""
        return self.page.text_content(".person summary")
