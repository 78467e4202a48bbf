"""A person's browser in a class, whatever page it shows."""

from __future__ import annotations

from tests.support.lab_page import LabPage

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
